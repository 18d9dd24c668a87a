import type { Invite } from '$lib/api';

/** Why an invite takes nobody in any more, or that it still does. */
export function inviteState(invite: Invite, now: number): 'open' | 'used' | 'expired' | 'revoked' {
	if (invite.revoked) return 'revoked';
	if (invite.uses > 0 && invite.used >= invite.uses) return 'used';
	if (Date.parse(invite.expires) <= now) return 'expired';
	return 'open';
}

export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** How long an invite may last, as offered; the server takes up to 90 days. */
export const LIFETIMES = [HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY];
