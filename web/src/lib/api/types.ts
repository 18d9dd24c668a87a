// The shapes of docs/protocol.md.

export type Role = 'owner' | 'admin' | 'member';

export interface Company {
	name: string;
	title: string;
	language: string;
}
export interface Me {
	id: number;
	name: string;
	role: Role;
	language: string;
	login: string;
	has_password: boolean;
	passkeys: number;
	device: number;
	company: Company;
	permissions: string[];
	seq: number;
}
export interface Hello {
	version: string;
	setup: boolean;
	company: Company | null;
}
export interface JoinLook {
	kind: 'invite' | 'link';
	company: Company;
	by: string;
	name: string;
}
export interface Person {
	id: number;
	name: string;
	role: Role;
	active: boolean;
	online: boolean;
	joined: string;
}
export interface Passkey {
	id: number;
	name: string;
	created: string;
}
export interface Invite {
	id: number;
	url?: string;
	uses: number;
	used: number;
	role: Role;
	expires: string;
	by: number;
	revoked: boolean;
}
export interface Device {
	id: number;
	name: string;
	kind: 'browser' | 'token';
	current: boolean;
	created: string;
	seen: string;
}
export interface FileInfo {
	id: number;
	name: string;
	type: string;
	size: number;
}
export interface Deleted {
	by: number;
	time: string;
}
export interface Imported {
	import: number;
	name: string;
	line: number;
}
export interface Message {
	id: number;
	n: number;
	conversation: number;
	author: number;
	time: string;
	text: string;
	reply_to: number;
	edited: string | null;
	deleted: Deleted | null;
	files: FileInfo[];
	imported: Imported | null;
}
export interface Conversation {
	id: number;
	kind: 'group' | 'direct';
	title: string;
	created: string;
	person: number;
	member_count: number;
	members_preview: number[];
	role: 'admin' | 'member';
	first_n: number;
	last_n: number;
	read_n: number;
	unread: number;
	last: Message | null;
	others_read_n: number;
	others_delivered_n: number;
	imported: boolean;
	time: string;
}
export interface Member {
	person: number;
	role: 'admin' | 'member';
	joined: string;
	first_n: number;
	delivered_n: number;
	delivered_at: string | null;
	read_n: number;
	read_at: string | null;
}
export interface Notice {
	id: number;
	kind: string;
	conversation: number;
	time: string;
	actor: number;
	data: Record<string, unknown>;
}
export interface Event {
	seq: number;
	kind: string;
	time: string;
	actor: number;
	conversation: number;
	subject: number;
	data: Record<string, unknown>;
}
export interface MessageInfo {
	message: Message;
	versions: { time: string; text: string; entry: number }[];
	delivered: { person: number; time: string }[];
	read: { person: number; time: string }[];
	deleted: Deleted | null;
}
export interface Hit {
	message: number;
	conversation: number;
	title: string;
	author: number;
	time: string;
	n: number;
	snippet: string;
}
export interface Posted {
	id: number;
	n: number;
	time: string;
}
export interface Page {
	messages: Message[];
	notices: Notice[];
	more: boolean;
}
export interface Import {
	id: number;
	name: string;
	sha256: string;
	state: 'analysed' | 'running' | 'done' | 'undone' | 'failed';
	analysis: ImportAnalysis;
	done: number;
	total: number;
	conversation: number;
	problem: string;
}
export interface ImportAnalysis {
	file: string;
	platform: string;
	language: string;
	date_order: 'dmy' | 'mdy' | 'ymd';
	messages: number;
	system: number;
	deleted: number;
	edited: number;
	people: { name: string; messages: number }[];
	media: { present: number; missing: number };
	first: string;
	last: string;
	warnings: { code: string; text: string }[];
}
export interface ImportRun {
	timezone: string;
	date_order?: string;
	title: string;
	names: { name: string; person?: number; contact?: string }[];
	members: number[];
	conversation?: number;
}
export interface ImportLine {
	name: string;
	time: string;
	text: string;
}
export interface ImportComparison {
	only_here: ImportLine[];
	only_there: ImportLine[];
	both: number;
}
