// Files on their way up. They live here and not in a screen, so that one may look at something else
// while they travel.
import { Problem, type Import } from '$lib/api';
import { BASE } from '$lib/api/http';

export interface Upload {
	key: number;
	name: string;
	size: number;
	sent: number;
	state: 'waiting' | 'sending' | 'reading' | 'done' | 'failed';
	result: Import | null;
	problem: unknown;
}

interface Job {
	file: File;
	row: Upload;
	request?: XMLHttpRequest;
}

let next = 1;
const rows = $state<Upload[]>([]);
const jobs = new Map<number, Job>();
let running = false;

export const uploads = {
	get all(): readonly Upload[] {
		return rows;
	},
	/** Takes files in; what is no export by its name is refused here, without travelling. */
	add(files: Iterable<File>): number[] {
		const keys: number[] = [];
		for (const file of files) {
			const key = next++;
			rows.push({
				key,
				name: file.name,
				size: file.size,
				sent: 0,
				state: 'waiting',
				result: null,
				problem: null
			});
			const row = rows[rows.length - 1]!;
			keys.push(key);
			if (looksLikeExport(file.name)) {
				jobs.set(key, { file, row });
			} else {
				row.state = 'failed';
				row.problem = new Problem(422, 'import.not_a_file', '');
			}
		}
		void work();
		return keys;
	},
	again(key: number): void {
		const job = jobs.get(key);
		if (!job || job.row.state !== 'failed') return;
		Object.assign(job.row, { state: 'waiting', sent: 0, problem: null });
		void work();
	},
	canRetry(key: number): boolean {
		return jobs.has(key);
	},
	remove(key: number): void {
		jobs.get(key)?.request?.abort();
		jobs.delete(key);
		const at = rows.findIndex((row) => row.key === key);
		if (at >= 0) rows.splice(at, 1);
	}
};

export function looksLikeExport(name: string): boolean {
	return /\.(txt|zip)$/i.test(name);
}

/** One at a time: two large files side by side would only each take twice as long. */
async function work(): Promise<void> {
	if (running) return;
	running = true;
	try {
		for (;;) {
			const job = [...jobs.values()].find(({ row }) => row.state === 'waiting');
			if (!job) return;
			await send(job);
		}
	} finally {
		running = false;
	}
}

async function send(job: Job): Promise<void> {
	const { row } = job;
	row.state = 'sending';
	try {
		row.result = await transfer(job);
		row.state = 'done';
		jobs.delete(row.key);
	} catch (error) {
		row.problem = error;
		row.state = 'failed';
	}
}

/** XMLHttpRequest, since fetch does not tell how much of a body has gone out. */
function transfer(job: Job): Promise<Import> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		job.request = request;
		request.open('POST', `${BASE}/imports?name=${encodeURIComponent(job.file.name)}`);
		request.setRequestHeader('Content-Type', 'application/octet-stream');
		request.setRequestHeader('Accept', 'application/json');
		request.upload.onprogress = (event) => {
			job.row.sent = event.loaded;
			if (event.loaded >= job.file.size) job.row.state = 'reading';
		};
		request.upload.onload = () => (job.row.state = 'reading');
		request.onerror = request.ontimeout = () => reject(new Problem(0, 'network', ''));
		request.onabort = () => reject(new Problem(0, 'import.cancelled', ''));
		request.onload = () => {
			const answer = parse(request.responseText);
			if (request.status >= 200 && request.status < 300 && answer)
				return resolve(answer as unknown as Import);
			reject(new Problem(request.status, String(answer?.code ?? ''), String(answer?.detail ?? '')));
		};
		request.send(job.file);
	});
}

function parse(text: string): Record<string, unknown> | null {
	try {
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		return null;
	}
}
