// Who is using this device, and the engine that keeps his copy.
import { goto } from '$app/navigation';
import { api, whenSignedOut, type Me } from '$lib/api';
import { setLanguage, language } from '$lib/i18n';
import { forgetPicture } from '$lib/look/picture';
import { Engine, store } from '$lib/sync';

const KEPT = 'verbale.me';

class Session {
	me = $state.raw<Me | null>(null);
	private running: Engine | null = null;

	/** The engine; there is one whenever there is a `me`. */
	get engine(): Engine {
		if (!this.running) throw new Error('There is no session.');
		return this.running;
	}

	/** Takes up the session that this device has, from what it remembers, so that it works offline. */
	async start(): Promise<void> {
		whenSignedOut((ended) => void (ended ? this.ended() : this.lost()));
		const kept = recall();
		if (kept) {
			await this.run(kept);
			void api
				.me()
				.then((me) => this.changed(me))
				.catch(() => {});
			return;
		}
		// A link signs in by itself; anywhere else the cookie may have outlived what the page kept.
		if (/^\/(join|start)\b/.test(location.pathname)) return;
		const asked = Engine.ask();
		const me = await api.me({ outside: true, patience: 8_000 }).catch(() => null);
		if (me) await this.run(me, asked);
	}

	/** After a join or a sign-in. */
	async enter(me: Me): Promise<void> {
		if (this.me && !sameCopy(this.me, me)) await this.forgetEverything();
		this.running?.stop();
		await Engine.wipeOthers(me).catch(() => {});
		await this.run(me);
		if ((me.language === 'it' || me.language === 'en') && me.language !== language()) {
			await setLanguage(me.language);
		}
	}

	changed(me: Me): void {
		this.me = me;
		remember(me);
	}

	can(permission: string): boolean {
		return this.me?.permissions.includes(permission) ?? false;
	}

	async signOut(): Promise<void> {
		await api.signOut();
		await this.ended();
	}

	private async run(me: Me, asked?: ReturnType<typeof Engine.ask>): Promise<void> {
		this.running = await Engine.open(me, {
			signedOut: () => void this.ended(),
			meChanged: ({ company, person }) => {
				if (company && this.me)
					this.changed({ ...this.me, company: { ...this.me.company, title: company } });
				if (person)
					void api
						.me()
						.then((now) => this.changed(now))
						.catch(() => {});
			}
		});
		this.changed(me);
		this.running.start(asked);
	}

	/** This device was signed out, here or from elsewhere: nothing of the company may stay on it. */
	private async ended(): Promise<void> {
		if (!this.me) return;
		await this.forgetEverything();
		await this.leave();
	}

	/**
	 * The server does not know this device, though nobody ended it: a killed browser loses a cookie that
	 * it had not written down yet. What waited to be sent stays, for the same person's next sign-in.
	 */
	private async lost(): Promise<void> {
		if (!this.me) return;
		await this.forgetEverything(Engine.keepUnsent);
		await this.leave();
	}

	private async leave(): Promise<void> {
		// The server may say so before the router runs.
		await goto('/welcome', { replaceState: true }).catch(() => location.replace('/welcome'));
	}

	private async forgetEverything(forget = Engine.wipe): Promise<void> {
		const me = this.me;
		this.me = null;
		this.running?.stop();
		this.running = null;
		store.clear();
		forgetPicture();
		try {
			localStorage.removeItem(KEPT);
		} catch {
			// Nothing could be kept, so nothing is to be forgotten.
		}
		if (me) await forget(me).catch(() => {});
	}
}

export const session = new Session();

const sameCopy = (one: Me, other: Me): boolean =>
	one.id === other.id && one.company.name === other.company.name;

function recall(): Me | null {
	try {
		const kept = localStorage.getItem(KEPT);
		return kept ? (JSON.parse(kept) as Me) : null;
	} catch {
		return null;
	}
}

function remember(me: Me): void {
	try {
		localStorage.setItem(KEPT, JSON.stringify(me));
	} catch {
		// Storage is forbidden: the session lasts as long as the cookie and the page.
	}
}
