/** The question before leaving a page that would lose something. */
export const enLeave = {
	title: { edits: 'Leave without saving?', import: 'Stop the import?' },
	text: {
		edits: 'What you typed on this page is not saved. If you leave, it is lost.',
		import: 'The import is still running and stops when you leave this page. People imported so far are kept.'
	},
	stay: 'Stay',
	leave: 'Leave'
};
