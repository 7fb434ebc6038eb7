/** What the server answers to a form: the same value for the page without script and for the script. */
import type { Refusal } from './problem.ts';

/** The form and what came of it. */
export interface FormDone<Name extends string, Data> {
	form: Name;
	done: Data;
	refusal?: undefined;
}

/** Why not; `kept` is what the form needs to be shown again as it was. */
export interface FormRefused<Name extends string, Kept = unknown> {
	form: Name;
	done?: undefined;
	refusal: Refusal;
	kept: Kept;
}

/** What a form of a page gives: the data of a success, and what is kept of a refusal. */
export type DoneOf<All, Name extends keyof All> = All[Name] extends { done: infer Done } ? Done : never;
export type KeptOf<All, Name extends keyof All> = All[Name] extends { kept: infer Kept } ? Kept : never;

/** An answer to one of the forms of a page. */
export type FormAnswer<All> = {
	[Name in keyof All & string]: FormDone<Name, DoneOf<All, Name>> | FormRefused<Name, KeptOf<All, Name>>;
}[keyof All & string];
