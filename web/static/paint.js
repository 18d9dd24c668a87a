// Runs before the first paint, so that neither theme nor language flashes.
(function () {
	var root = document.documentElement;
	var theme = 'system';
	var language = '';
	try {
		theme = localStorage.getItem('verbale.theme') || 'system';
		language = localStorage.getItem('verbale.language') || '';
	} catch {
		// Storage is forbidden: the system's choice holds.
	}
	var dark =
		theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
	root.dataset.theme = dark ? 'dark' : 'light';
	root.lang = language || (/^it\b/i.test(navigator.language) ? 'it' : 'en');
	var bar = document.querySelector('meta[name=theme-color]');
	if (bar) bar.setAttribute('content', dark ? '#121722' : '#faf8f5');
})();
