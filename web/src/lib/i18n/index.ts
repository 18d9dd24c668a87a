export {
	t,
	language,
	locale,
	setLanguage,
	startLanguage,
	LANGUAGES,
	type Key,
	type Language,
	type Parameters
} from './runtime.svelte';
export { bytes, clock, dayName, fullTime, listTime, number, sameDay, shortDate } from './format';
export { problemText } from './problem';
