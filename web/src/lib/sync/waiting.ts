import type { FileInfo } from '$lib/api/types';

/** A message that the server has not acknowledged yet. */
export interface Waiting {
	/** UUIDv7: unique, and in the order of writing. */
	key: string;
	conversation: number;
	text: string;
	reply_to: number;
	time: string;
	attachments: Attachment[];
	state: 'waiting' | 'failed';
	/** Why it failed: a stable code, and the server's own sentence. */
	code?: string;
	detail?: string;
}

/** A file on its way: its bytes until they are uploaded, then its number. */
export interface Attachment {
	name: string;
	type: string;
	size: number;
	bytes?: Blob;
	file?: FileInfo;
}
