import type { Handle } from '@sveltejs/kit';

/**
 * Runs in the build alone, which writes the one page. The font is asked for with the styles, so that
 * the first text is laid out once, in it.
 */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, {
		preload: ({ type, path }) => type !== 'asset' && (type !== 'font' || /latin-wght/.test(path))
	});
