import type { Notice } from '$lib/api/types';
import { number, t } from '$lib/i18n';
import { store } from '$lib/sync/store.svelte';

/** What happened, as a whole sentence. */
export function noticeText(notice: Notice): string {
	const { actor, data } = notice;
	const mine = actor === store.me;
	const by = { by: mine ? 'me' : 'other', name: store.name(actor) };
	switch (notice.kind) {
		case 'conversation.created':
			if (data.kind === 'direct') return t('chat.notice_direct');
			return t('chat.notice_created', { ...by, title: String(data.title ?? '') });
		case 'conversation.renamed':
			return t('chat.notice_renamed', { ...by, title: String(data.title ?? '') });
		case 'member.added': {
			const added = (data.members as { person: number }[]).map((one) => one.person);
			return t('chat.notice_added', {
				...by,
				n: added.length,
				who: nameOrYou(added[0] ?? 0),
				other: nameOrYou(added[1] ?? 0)
			});
		}
		case 'member.removed': {
			const person = Number(data.person);
			const key = person === actor ? 'chat.notice_left' : 'chat.notice_removed';
			return t(key, { ...by, who: nameOrYou(person) });
		}
		case 'member.role':
			return t('chat.notice_role', {
				...by,
				me: String(Number(data.person) === store.me),
				who: store.name(Number(data.person)),
				role: String(data.role)
			});
		case 'import.done':
			return t('chat.notice_imported', {
				...by,
				count: number(Number(data.count ?? 0)),
				n: Number(data.count ?? 0),
				file: String(data.name ?? '')
			});
		case 'import.undone':
			return t('chat.notice_undone', by);
		default:
			return '';
	}
}

function nameOrYou(person: number): string {
	return person === store.me ? t('chat.you_object') : store.name(person);
}
