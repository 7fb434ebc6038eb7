/** What the API measured of itself (its /metrics, in Prometheus' text format), as rows for the overview. */
import { env } from 'node:process';
import type { Measurement } from '#lib/types/measurement.ts';
import { API_URL } from './api.ts';

const TIMEOUT_MS = 1_500;
const SLOW_SECONDS = '0.25';
const SHOWN = 8;
/** GraphQL is counted by operation; health checks and the reading of metrics are left out. */
const LEFT_OUT = new Set(['/graphql', '/metrics', '/livez', '/readyz', '/health', 'unknown']);

interface Sample {
	name: string;
	labels: Record<string, string>;
	value: number;
}

const LINE = /^([a-z_]+)(?:\{(.*)\})? ([^ ]+)$/;
const LABEL = /\b(\w+)="((?:[^"\\]|\\.)*)"/g;

function samples(text: string): Sample[] {
	return text.split('\n').flatMap((line) => {
		const [, name, labels = '', value] = LINE.exec(line) ?? [];
		if (!name) return [];
		const pairs = [...labels.matchAll(LABEL)].map(([, key, label]) => [key!, label!] as const);
		return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
	});
}

/** The slowest and failing of what was asked, the worst first. */
export function measurements(text: string): Measurement[] {
	const rows = new Map<string, Measurement & { fast: number; seconds: number }>();
	for (const { name, labels, value } of samples(text)) {
		const [, kind, what] = /^rollcall_(operation|request)(s_total|_seconds\w*)$/.exec(name) ?? [];
		const key = labels[kind === 'operation' ? 'operation' : 'route'];
		if (!kind || !key || LEFT_OUT.has(key)) continue;
		const protocol = kind === 'operation' ? 'GraphQL' : 'REST';
		let row = rows.get(`${protocol} ${key}`);
		if (!row) {
			row = { name: key, protocol, requests: 0, failed: 0, average: 0, slow: 0, fast: 0, seconds: 0 };
			rows.set(`${protocol} ${key}`, row);
		}
		if (what === 's_total' && (labels.outcome === 'failed' || Number(labels.status) >= 500))
			row.failed += value;
		if (what === '_seconds_count') row.requests = value;
		if (what === '_seconds_sum') row.seconds = value;
		if (what === '_seconds_bucket' && labels.le === SLOW_SECONDS) row.fast = value;
	}
	return [...rows.values()]
		.filter((row) => row.requests > 0)
		.map(({ fast, seconds, ...row }) => ({
			...row,
			average: (seconds / row.requests) * 1000,
			slow: row.requests - fast
		}))
		.sort((a, b) => b.failed - a.failed || b.average - a.average)
		.slice(0, SHOWN);
}

/** Null where the API does not share them: from elsewhere it wants METRICS_TOKEN. */
export async function readMeasurements(): Promise<Measurement[] | null> {
	const token = env.METRICS_TOKEN;
	try {
		const response = await fetch(`${API_URL}/metrics`, {
			headers: token ? { authorization: `Bearer ${token}` } : {},
			signal: AbortSignal.timeout(TIMEOUT_MS)
		});
		return response.ok ? measurements(await response.text()) : null;
	} catch {
		return null;
	}
}
