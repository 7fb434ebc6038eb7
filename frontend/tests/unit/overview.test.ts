import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measurements } from '#lib/server/measurements.ts';
import { Overview, type Numbers } from '#lib/stores/overview/numbers.svelte.ts';
import { hourStart, hourly, sum, type Counts } from '#lib/utils/event/hourly.ts';

const since = '2026-01-01T06:30:00Z';
const at = (hour: number) => new Date(Date.parse(since) + hour * 3_600_000).toISOString();
const counts: Counts = {
	since,
	complete: true,
	counts: [
		{ type: 'SESSION_STARTED', at: at(0), count: 3 },
		{ type: 'SESSION_STARTED', at: at(23), count: 4 },
		{ type: 'SESSION_REVOKED', at: at(23), count: 5 },
		{ type: 'SESSION_STARTED', at: at(24), count: 9 }
	]
};

describe('the hours of a day', () => {
	it('hold what happened in each of them', () => {
		const hours = hourly(counts, ['SESSION_STARTED']);
		expect(hours.length).toBe(24);
		expect([hours[0], hours[1], hours[23]]).toEqual([3, 0, 4]);
		expect(sum(hours)).toBe(7);
		expect(hourStart(counts, 23)).toBe(Date.parse(at(23)));
	});
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
