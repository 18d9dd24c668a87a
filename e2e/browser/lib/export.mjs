// WhatsApp exports, made for a test or taken from the importer's own samples.
import { readFileSync } from 'node:fs';
import { zipSync, strToU8 } from 'fflate';

const samples = new URL('../../../internal/importer/whatsapp/testdata/', import.meta.url);

export const sample = (name) => ({ name, bytes: readFileSync(new URL(name, samples)) });

// The smallest picture that is one: a single dark pixel.
const PIXEL = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
	'base64'
);

/** A zip as WhatsApp makes it: the chat, and beside it the media that its lines name. */
export function zipOf(lines, name = 'WhatsApp Chat with Cantiere Lotto 7.zip') {
	const chat = name.replace(/\.zip$/, '.txt');
	const files = { [chat]: strToU8(`${lines.join('\n')}\n`), 'IMG-20251103-WA0001.jpg': new Uint8Array(PIXEL) };
	return { name, bytes: Buffer.from(zipSync(files)) };
}

/** Lines of an Android export in English, day first. */
export const line = (day, time, who, text) => `${day}/11/2025, ${time} - ${who}: ${text}`;

/** Lets go of files over the page, as a person does who drags them there. */
export async function drop(page, files) {
	const carried = files.map(({ name, bytes }) => ({ name, data: bytes.toString('base64') }));
	const transfer = await page.evaluateHandle((all) => {
		const transfer = new DataTransfer();
		for (const { name, data } of all) {
			const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
			transfer.items.add(new File([bytes], name));
		}
		return transfer;
	}, carried);
	const target = page.locator('body');
	for (const kind of ['dragenter', 'dragover', 'drop'])
		await target.dispatchEvent(kind, { dataTransfer: transfer });
}
