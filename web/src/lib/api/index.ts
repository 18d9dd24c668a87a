// Every call of docs/protocol.md, by name.
import { ask, BASE, type Asking } from './http';
import type * as T from './types';

export { Problem } from './problem';
export { whenSignedOut } from './http';
export type * from './types';

const outside = (body?: unknown): Asking => ({ body, outside: true });

export const api = {
	// Without a session.
	hello: () => ask<T.Hello>('GET /hello', { outside: true }),
	startCompany: (body: { setup: string; title: string; name: string; language: string }) =>
		ask<T.Me>('POST /companies', outside(body)),
	lookAtJoin: (secret: string) => ask<T.JoinLook>('POST /joins/look', outside({ secret })),
	join: (body: { secret: string; name?: string; language?: string }) =>
		ask<T.Me>('POST /joins', outside(body)),
	signInWithPassword: (login: string, password: string) =>
		ask<T.Me>('POST /sign-in/password', outside({ login, password })),
	signInWithPasskey: () =>
		ask<{ ceremony: string; options: unknown }>('POST /sign-in/passkey', outside({})),
	finishSignInWithPasskey: (ceremony: string, credential: unknown) =>
		ask<T.Me>('POST /sign-in/passkey/finish', outside({ ceremony, credential })),

	// Me and my devices.
	me: (asking?: Asking) => ask<T.Me>('GET /me', asking),
	changeMe: (body: { name?: string; language?: string }) => ask<T.Me>('PATCH /me', { body }),
	setPassword: (body: { login: string; password: string; current?: string }) =>
		ask<void>('PUT /me/password', { body }),
	passkeys: () => ask<{ passkeys: T.Passkey[] }>('GET /me/passkeys'),
	startPasskey: () =>
		ask<{ ceremony: string; options: unknown }>('POST /me/passkeys', { body: {} }),
	finishPasskey: (ceremony: string, name: string, credential: unknown) =>
		ask<{ id: number }>('POST /me/passkeys/finish', { body: { ceremony, name, credential } }),
	removePasskey: (id: number) => ask<void>(`DELETE /me/passkeys/${id}`),
	linkDevice: () => ask<{ url: string; expires: string }>('POST /links', { body: {} }),
	devices: () => ask<{ devices: T.Device[] }>('GET /devices'),
	signOutDevice: (id: number) => ask<void>(`DELETE /devices/${id}`),
	signOut: () => ask<void>('DELETE /session'),

	// People.
	people: () => ask<{ people: T.Person[] }>('GET /people'),
	changePerson: (id: number, body: { name?: string; role?: T.Role; active?: boolean }) =>
		ask<T.Person>(`PATCH /people/${id}`, { body }),
	invite: (body: { uses: number; expires_in: number; role: T.Role }) =>
		ask<T.Invite>('POST /invites', { body }),
	invites: () => ask<{ invites: T.Invite[] }>('GET /invites'),
	revokeInvite: (id: number) => ask<void>(`DELETE /invites/${id}`),

	// Conversations.
	conversations: () => ask<{ conversations: T.Conversation[]; seq: number }>('GET /conversations'),
	conversation: (id: number) => ask<T.Conversation>(`GET /conversations/${id}`),
	createConversation: (body: { kind: 'group' | 'direct'; title: string; members: number[] }) =>
		ask<{ id: number }>('POST /conversations', { body }),
	renameConversation: (id: number, title: string) =>
		ask<T.Conversation>(`PATCH /conversations/${id}`, { body: { title } }),
	members: (id: number) => ask<{ members: T.Member[] }>(`GET /conversations/${id}/members`),
	addMembers: (id: number, members: number[], history: boolean) =>
		ask<void>(`POST /conversations/${id}/members`, { body: { members, history } }),
	changeMember: (id: number, person: number, role: 'admin' | 'member') =>
		ask<void>(`PATCH /conversations/${id}/members/${person}`, { body: { role } }),
	removeMember: (id: number, person: number) =>
		ask<void>(`DELETE /conversations/${id}/members/${person}`),

	// Messages.
	post: (
		id: number,
		body: { key: string; text: string; reply_to?: number; files?: number[] },
		asking?: Asking
	) => ask<T.Posted>(`POST /conversations/${id}/messages`, { ...asking, body }),
	messages: (
		id: number,
		query: { after?: number; before?: number; limit?: number },
		asking?: Asking
	) => ask<T.Page>(`GET /conversations/${id}/messages`, { ...asking, query }),
	read: (id: number, n: number) => ask<void>(`POST /conversations/${id}/read`, { body: { n } }),
	messageInfo: (id: number) => ask<T.MessageInfo>(`GET /messages/${id}`),
	editMessage: (id: number, text: string) =>
		ask<T.Message>(`PATCH /messages/${id}`, { body: { text } }),
	deleteMessage: (id: number) => ask<void>(`DELETE /messages/${id}`),
	search: (
		query: {
			q: string;
			in?: number;
			from?: number;
			before?: string;
			after?: string;
			zone?: string;
			limit?: number;
			cursor?: string;
		},
		asking?: Asking
	) => ask<{ hits: T.Hit[]; cursor: string; behind: boolean }>('GET /search', { ...asking, query }),
	sync: (after: number, limit = 200) =>
		ask<{ events: T.Event[]; seq: number; more: boolean }>('GET /sync', {
			query: { after, limit }
		}),

	// Files. Uploads have no time limit: a slow line is not an error.
	upload: (file: Blob, name: string, asking?: Asking) =>
		ask<T.FileInfo>('POST /files', {
			...asking,
			query: { name, type: file.type || 'application/octet-stream' },
			bytes: file,
			patience: 0
		}),
	fileUrl: (id: number) => `${BASE}/files/${id}`,
	exportUrl: (conversation: number) => `${BASE}/conversations/${conversation}/export`,
	receiptUrl: (entry: number) => `${BASE}/entries/${entry}/receipt`,

	// Imports.
	upImport: (file: Blob, name: string, asking?: Asking) =>
		ask<T.Import>('POST /imports', { ...asking, query: { name }, bytes: file, patience: 0 }),
	imports: () => ask<{ imports: T.Import[] }>('GET /imports'),
	import: (id: number) => ask<T.Import>(`GET /imports/${id}`),
	runImport: (id: number, body: T.ImportRun) => ask<T.Import>(`POST /imports/${id}/run`, { body }),
	undoImport: (id: number) => ask<T.Import>(`POST /imports/${id}/undo`, { body: {} }),
	compareImports: (id: number, other: number) =>
		ask<T.ImportComparison>(`GET /imports/${id}/comparison`, { query: { with: other } })
};
