// The page that the service worker shows when nothing can be reached: in the visitor's language and theme, until the page
// that was asked for can be read.
const AGAIN_MS = 4_000;
const GERMAN = [
	'Rollcall ist nicht erreichbar',
	'Es gibt keine Verbindung, oder der Server antwortet nicht. Diese Seite öffnet sich von selbst, sobald es geht.',
	'Noch einmal versuchen'
];

/** @param {string} name */
const chosen = (name) => new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];

const root = document.documentElement;
root.dataset.theme = chosen('theme') ?? 'system';
if ((chosen('locale') ?? navigator.language).startsWith('de')) {
	root.lang = 'de';
	document.title = `${GERMAN[0]} · Rollcall`;
	for (const [index, element] of document.querySelectorAll('h1, p, a').entries())
		element.textContent = GERMAN[index] ?? '';
}

async function again() {
	const answer = await fetch('/livez').catch(() => null);
	// Anything but the gateway's word that nobody is behind it.
	if (answer?.ok) location.reload();
}
setInterval(() => document.visibilityState === 'visible' && void again(), AGAIN_MS);
addEventListener('online', () => void again());
