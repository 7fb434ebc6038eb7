/** What jsdom does not have. */
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, vi } from 'vitest';
import { answers } from './component.ts';
import { forgetSubmissions } from './kit/forms.ts';
import { visits } from './kit/navigation.ts';
import { page } from './kit/state.svelte.ts';
import { PATIENCE_MS } from './patience.ts';

configure({ asyncUtilTimeout: PATIENCE_MS });

Object.assign(HTMLDialogElement.prototype, {
	showModal(this: HTMLDialogElement) {
		this.open = true;
	},
	close(this: HTMLDialogElement) {
		if (!this.open) return;
		this.open = false;
		this.dispatchEvent(new Event('close'));
	},
	showPopover(this: HTMLDialogElement) {
		this.open = true;
	},
	hidePopover(this: HTMLDialogElement) {
		this.open = false;
		this.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'closed' }));
	}
});
/** What is not shown cannot have the focus. */
function showPopover(this: Element) {
	this.removeAttribute('popover');
}
Object.assign(Element.prototype, { animate: () => ({}), scrollIntoView: () => {}, showPopover });
Object.assign(window, { matchMedia: () => ({ matches: false }), scrollTo: () => {} });

afterEach(() => {
	cleanup();
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
	[answers.sent, answers.asked] = [[], []];
	forgetSubmissions();
	page.state = {};
	Object.assign(visits, { urls: [], replaced: [], invalidated: [], refreshed: 0 });
});
