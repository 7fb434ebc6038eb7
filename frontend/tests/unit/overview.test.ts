import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measurements } from '#lib/server/measurements.ts';
import { Overview, type Numbers } from '#lib/stores/overview/numbers.svelte.ts';
import { activity, activityFilter } from '#lib/utils/event/address.ts';
import { SPANS, boundsOf, byPeriod, iso, startsOf, sum, type Counts } from '#lib/utils/event/periods.ts';
import { GROUPS } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';

const f = formats('en', 'Europe/Berlin');
const now = Date.parse('2026-03-31T10:07:00Z');

describe('the periods of the overview', () => {
	it('are the last 24 hours, by the hour, to the present quarter of one', () => {
		const starts = startsOf('1', now, f);
		expect(starts.length).toBe(24);
		expect([iso(starts[0]!), iso(starts[23]!)]).toEqual([
			'2026-03-30T10:15:00.000Z',
			'2026-03-31T09:15:00.000Z'
		]);
	});

	it('are days of the visitor’s zone, over a change of its clocks', () => {
		const starts = startsOf('7', now, f).map(iso);
		expect(starts.length).toBe(7);
		expect([starts[0], starts[4], starts[5], starts[6]]).toEqual([
			'2026-03-24T23:00:00.000Z',
			'2026-03-28T23:00:00.000Z',
			'2026-03-29T22:00:00.000Z',
			'2026-03-30T22:00:00.000Z'
		]);
	});

	it('are thirty for 30 and for 90 days, the last of which ends today', () => {
		const [month, quarter] = [startsOf('30', now, f), startsOf('90', now, f)].map((starts) =>
			starts.map(iso)
		);
		expect([month!.length, quarter!.length]).toEqual([30, 30]);
		expect([month![0], month![29]]).toEqual(['2026-03-01T23:00:00.000Z', '2026-03-30T22:00:00.000Z']);
		expect([quarter![0], quarter![29]]).toEqual(['2025-12-31T23:00:00.000Z', '2026-03-28T23:00:00.000Z']);
	});

	it('begin at quarters of an hour in every zone, in ascending order', () => {
		for (const zone of ['Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Cairo'])
			for (const span of SPANS) {
				const starts = startsOf(span, now, formats('en', zone));
				expect(starts.filter((start) => start % 900_000)).toEqual([]);
				expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
			}
	});
});

describe('what was counted', () => {
	const starts = startsOf('7', now, f);
	const at = (period: number) => iso(starts[period]!);
	const counts: Counts = {
		starts,
		counts: [
			{ type: 'SESSION_STARTED', at: at(0), count: 3 },
			{ type: 'SESSION_STARTED', at: at(6), count: 4 },
			{ type: 'SESSION_REVOKED', at: at(6), count: 5 },
			{ type: 'SESSION_STARTED', at: iso(now), count: 9 }
		]
	};

	it('is what happened in each period', () => {
		expect(byPeriod(counts, ['SESSION_STARTED'])).toEqual([3, 0, 0, 0, 0, 0, 4]);
		expect(sum(byPeriod(counts, GROUPS.signIns))).toBe(12);
	});

	it('is listed from the same moment, to the end of the period if it has one', () => {
		expect(boundsOf(counts)).toEqual({ since: at(0), until: null });
		expect(boundsOf(counts, 2)).toEqual({ since: at(2), until: at(3) });
		expect(boundsOf(counts, 6)).toEqual({ since: at(6), until: null });
	});

	it.each(['started', 'changes', 'failed'] as const)(
		'asks the list for the group that it counts: %s',
		(group) => {
			const address = activity.href({ group, ...boundsOf(counts, 1) });
			const query = activity.parse(new URL(address, 'http://localhost').searchParams);
			expect(activityFilter(query, () => ({ from: null, until: null }))).toEqual({
				types: GROUPS[group],
				occurredAfter: at(1),
				occurredBefore: at(2)
			});
		}
	);
});

describe('numbers that follow', () => {
	const numbers = (total: number) => ({ stats: { total } as Numbers['stats'], counts: null });
	beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
	afterEach(() => void vi.useRealTimers());

	it('are read once for many events, and then not again for a while', async () => {
		const read = vi.fn(async () => numbers(read.mock.calls.length));
		const overview = new Overview(numbers(0), read);
		for (let n = 0; n < 50; n += 1) overview.touch();
		await vi.advanceTimersByTimeAsync(1_000);
		expect(overview.numbers.stats.total).toBe(1);
		overview.touch();
		await vi.advanceTimersByTimeAsync(2_000);
		expect(read).toHaveBeenCalledTimes(1);
		await vi.advanceTimersByTimeAsync(5_000);
		expect(read).toHaveBeenCalledTimes(2);
	});

	it('wait while nobody looks, and are read when somebody does', async () => {
		let idle = true;
		const read = vi.fn(async () => numbers(7));
		const overview = new Overview(numbers(0), read, () => idle);
		overview.touch();
		await vi.advanceTimersByTimeAsync(20_000);
		expect(read).not.toHaveBeenCalled();
		idle = false;
		await vi.advanceTimersByTimeAsync(6_000);
		expect(overview.numbers.stats.total).toBe(7);
	});

	it('stay as they were when nobody answers, and stop when told', async () => {
		const read = vi.fn(async () => Promise.reject(new Error('unavailable')));
		const overview = new Overview(numbers(3), read);
		overview.touch();
		await vi.advanceTimersByTimeAsync(1_000);
		expect(overview.numbers.stats.total).toBe(3);
		overview.touch();
		overview.stop();
		await vi.advanceTimersByTimeAsync(20_000);
		expect(read).toHaveBeenCalledTimes(1);
	});
});

describe('what the API measured of itself', () => {
	const text = `# TYPE rollcall_requests_total counter
rollcall_requests_total{method="GET",route="/api/v1/users/{id}",status="200"} 8.0
rollcall_requests_total{method="PUT",route="/api/v1/users/{id}",status="500"} 2.0
rollcall_requests_total{method="POST",route="/graphql",status="200"} 100.0
rollcall_request_seconds_bucket{le="0.25",route="/api/v1/users/{id}"} 9.0
rollcall_request_seconds_bucket{le="+Inf",route="/api/v1/users/{id}"} 10.0
rollcall_request_seconds_count{route="/api/v1/users/{id}"} 10.0
rollcall_request_seconds_sum{route="/api/v1/users/{id}"} 0.5
rollcall_operations_total{operation="users",outcome="ok"} 4.0
rollcall_operations_total{operation="users",outcome="refused"} 1.0
rollcall_operation_seconds_bucket{le="0.25",operation="users"} 4.0
rollcall_operation_seconds_count{operation="users"} 5.0
rollcall_operation_seconds_sum{operation="users"} 1.0
rollcall_operations_created{operation="users",outcome="ok"} 1.7955659690915294e+09
rollcall_log_head 410.0
`;

	it('becomes rows, the failing before the slow', () => {
		const rows = measurements(text);
		expect(rows).toEqual([
			{ name: '/api/v1/users/{id}', protocol: 'REST', requests: 10, failed: 2, average: 50, slow: 1 },
			{ name: 'users', protocol: 'GraphQL', requests: 5, failed: 0, average: 200, slow: 1 }
		]);
	});

	it('is nothing where there is nothing', () => {
		expect(measurements('')).toEqual([]);
	});
});
