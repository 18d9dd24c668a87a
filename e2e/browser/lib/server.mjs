// The real program on a fresh data directory and a free port.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

const run = promisify(execFile);

export const program =
	process.env.VERBALE_BIN ?? fileURLToPath(new URL('../../../bin/verbale', import.meta.url));

export const folder = () => mkdtemp(join(tmpdir(), 'verbale-browser-'));

/** Runs a subcommand to its end; rejects, with what it said, when it fails. */
export async function verbale(...args) {
	const { stdout } = await run(program, args, { maxBuffer: 64 << 20, cwd: tmpdir() });
	return stdout;
}

/** Starts a server; `data` is kept when it is given, and removed with the server otherwise. */
export async function startServer({ data, port = 0 } = {}) {
	const own = data === undefined;
	data ??= await folder();
	const limits = ['--limits-person=100000', '--limits-address=100000'];
	const child = spawn(
		program,
		['serve', '--listen', `127.0.0.1:${port}`, '--data', data, ...limits],
		{ cwd: data, stdio: ['ignore', 'pipe', 'pipe'] }
	);
	let said = '';
	const ended = new Promise((resolve) => child.once('exit', resolve));
	const ready = new Promise((resolve, reject) => {
		const hear = (chunk) => {
			said += chunk;
			if (/Ctrl-C/.test(said)) resolve();
		};
		child.stdout.on('data', hear);
		child.stderr.on('data', hear);
		child.once('error', reject);
		void ended.then((code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
	});
	await ready;
	const url = /is at (http:\/\/\S+)/.exec(said)[1];
	return {
		url,
		data,
		port: Number(new URL(url).port),
		/** The link that makes the company, while there is none. */
		start: /http\S+\/start#\S+/.exec(said)?.[0],
		log: () => said,
		async stop() {
			child.kill('SIGTERM');
			await ended;
		},
		async end() {
			child.kill('SIGKILL');
			await ended;
			if (own) await rm(data, { recursive: true, force: true });
		}
	};
}

/** A call of the API with a token, or none. */
export async function call(server, method, path, { token, body } = {}) {
	const answer = await fetch(`${server.url}/api/v1${path}`, {
		method,
		headers: {
			...(token && { Authorization: `Bearer ${token}` }),
			...(body !== undefined && { 'Content-Type': 'application/json' })
		},
		body: body === undefined ? undefined : JSON.stringify(body)
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
	return text ? JSON.parse(text) : undefined;
}

/** A company made by the program, its owner's sign-in link and API token. */
export async function company(server, { title = 'Bianchi Costruzioni', owner = 'Anna Bianchi', language = 'en' } = {}) {
	const at = ['--data', server.data, '--json'];
	const made = JSON.parse(
		await verbale('company', 'create', 'acme', '--title', title, '--owner', owner, '--language', language, ...at)
	);
	return made;
}
