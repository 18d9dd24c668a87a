// One WebSocket, kept open: reconnects with a random wait that doubles, at once when the network or
// the page comes back, and notices a line that is silently dead.
import type { Event } from '$lib/api/types';
import type { Mark } from './state';

export type Frame =
	| { type: 'ready'; seq: number; online: number[] }
	| ({ type: 'event' } & Event)
	| { type: 'marks'; conversation: number; marks: Mark[] }
	| { type: 'typing'; conversation: number; person: number }
	| { type: 'presence'; person: number; online: boolean }
	| { type: 'posted'; ref: number; id: number; n: number; time: string }
	| { type: 'error'; ref?: number; code: string; detail: string }
	| { type: 'pong' };

export interface Listener {
	frame(frame: Frame): void;
	/** The line is gone; `final` when the server said not to come back. */
	lost(code: number, final: boolean): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const QUIET = 25_000;
const PATIENCE = 8_000;

export class Socket {
	private ws: WebSocket | null = null;
	private wait = FIRST_WAIT;
	private retry: ReturnType<typeof setTimeout> | undefined;
	private watch: ReturnType<typeof setInterval> | undefined;
	private heard = 0;
	private asked = 0;
	private ended = false;

	constructor(
		private readonly url: string,
		private readonly listener: Listener
	) {}

	start(): void {
		addEventListener('online', this.wake);
		document.addEventListener('visibilitychange', this.wake);
		this.connect();
	}

	stop(): void {
		this.ended = true;
		removeEventListener('online', this.wake);
		document.removeEventListener('visibilitychange', this.wake);
		clearTimeout(this.retry);
		this.drop();
	}

	get open(): boolean {
		return this.ws?.readyState === WebSocket.OPEN;
	}

	/** False if the line is down; the caller keeps what it wanted to say. */
	send(frame: object): boolean {
		if (!this.open) return false;
		this.ws!.send(JSON.stringify(frame));
		return true;
	}

	/** All is well: the next wait starts small again. */
	settled(): void {
		this.wait = FIRST_WAIT;
	}

	private readonly wake = (): void => {
		if (this.ended || document.visibilityState === 'hidden') return;
		if (!this.ws) this.connect();
		else if (Date.now() - this.heard > PATIENCE) this.ask();
	};

	private connect(): void {
		clearTimeout(this.retry);
		if (this.ended || this.ws) return;
		const ws = new WebSocket(this.url);
		this.ws = ws;
		this.heard = Date.now();
		this.asked = 0;
		ws.onmessage = (message) => {
			if (this.ws !== ws) return;
			this.heard = Date.now();
			this.asked = 0;
			this.listener.frame(JSON.parse(message.data as string) as Frame);
		};
		ws.onclose = (event) => {
			if (this.ws === ws) this.closed(event.code);
		};
		this.watch = setInterval(() => this.look(), 2_000);
	}

	private closed(code: number): void {
		this.drop();
		const final = code >= 4100 && code <= 4199;
		if (final) this.ended = true;
		this.listener.lost(code, final);
		if (this.ended) return;
		// Going down on purpose (4000) or too slow (4001) is no reason to stay away long.
		if (code === 4000 || code === 4001) this.wait = FIRST_WAIT;
		this.retry = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random()));
		this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
	}

	private look(): void {
		const now = Date.now();
		const connecting = this.ws?.readyState === WebSocket.CONNECTING;
		if (this.asked && now - this.asked > PATIENCE) this.closed(0);
		else if (connecting && now - this.heard > 2 * PATIENCE) this.closed(0);
		else if (!this.asked && now - this.heard > QUIET) this.ask();
	}

	private ask(): void {
		if (this.send({ type: 'ping' })) this.asked = Date.now();
	}

	private drop(): void {
		clearInterval(this.watch);
		const ws = this.ws;
		this.ws = null;
		if (ws && ws.readyState <= WebSocket.OPEN) ws.close(1000);
	}
}
