import { environment } from './env.ts';

/** A text in both languages: one that lacks a translation does not compile. */
export interface Text {
  en: string;
  ja: string;
}

const japanese = /^ja([_.-]|$)/i.test(environment.language);

/** In the language of the person at the terminal. */
export function say({ en, ja }: Text): string {
  return japanese ? ja : en;
}

/** The headings of help texts. */
export function heading(english: string): string {
  if (!japanese) return english;
  return (
    {
      'Usage:': '使い方:',
      'Arguments:': '引数:',
      'Options:': 'オプション:',
      'Commands:': 'コマンド:',
      'Global Options:': '共通オプション:',
    }[english] ?? english
  );
}
