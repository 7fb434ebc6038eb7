/** What jsdom lacks and components use. */
import { cleanup } from '@testing-library/svelte';
import { afterEach } from 'vitest';
import { answers } from './kit/forms.ts';
import { visits } from './kit/navigation.ts';

HTMLDialogElement.prototype.showModal = function () {
	this.open = true;
};
HTMLDialogElement.prototype.close = function () {
	this.open = false;
	this.dispatchEvent(new Event('close'));
};
HTMLElement.prototype.scrollIntoView = () => {};
HTMLElement.prototype.animate = () => ({}) as Animation;
window.matchMedia = () => ({ matches: false }) as MediaQueryList;
window.scrollTo = () => {};

afterEach(() => {
	cleanup();
	answers.reset();
	visits.length = 0;
});
