// What stands round every page: navigation, language, account, notices.
import { expect, type Locator, type Page } from '@playwright/test';

export const locales = [
  { tag: 'ja', own: '日本語', lang: 'ja' },
  { tag: 'ja-x-easy', own: 'やさしい日本語', lang: 'ja' },
  { tag: 'en', own: 'English', lang: 'en' },
] as const;
export type Locale = (typeof locales)[number];

export class Frame {
  constructor(readonly page: Page) {}

  /** Opens an address in a language, as the device remembers it from the last visit. */
  async open(path: string, locale: Locale = locales[0]): Promise<void> {
    await this.page.addInitScript((tag) => localStorage.setItem('yumigahama/locale', JSON.stringify(tag)), locale.tag);
    await this.page.goto(path);
    await this.ready();
    await expect(this.page.locator('html')).toHaveAttribute('data-locale', locale.tag);
  }

  /** The page has said what it is and is not loading any more. */
  async ready(): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(this.page.locator('[aria-busy="true"], .skeleton')).toHaveCount(0);
  }

  /** The navigation: in the header on a desktop, at the bottom on a phone. */
  nav(name: string): Locator {
    return this.page.getByRole('navigation').getByRole('link', { name, exact: true });
  }

  language(): Locator {
    return this.page.getByRole('combobox', { name: '言語 / Language' });
  }
}

/** Ticks a box or picks one of several as a person does: on its large label, which lies over the small input. */
export async function tick(choice: Locator): Promise<void> {
  await choice.check({ force: true });
}
