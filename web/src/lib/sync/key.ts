let last = 0;
let count = 0;

/** A UUIDv7: the time in milliseconds, a count within it, then chance. Sorts in the order of making. */
export function newKey(now = Date.now()): string {
	if (now > last) {
		last = now;
		count = 0;
	} else if (++count > 0xfff) {
		last++;
		count = 0;
	}
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	const view = new DataView(bytes.buffer);
	view.setUint16(0, Math.floor(last / 2 ** 32));
	view.setUint32(2, last >>> 0);
	view.setUint16(6, 0x7000 | count);
	bytes[8] = (bytes[8]! & 0x3f) | 0x80;
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
	return [
		hex.slice(0, 8),
		hex.slice(8, 12),
		hex.slice(12, 16),
		hex.slice(16, 20),
		hex.slice(20)
	].join('-');
}
