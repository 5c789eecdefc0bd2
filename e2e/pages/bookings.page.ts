// Booking in four steps, and the family's bookings.
import { expect, type Locator, type Page } from '@playwright/test';
import { Frame, tick } from './frame.page';

export class Booking {
  readonly frame: Frame;

  constructor(readonly page: Page) {
    this.frame = new Frame(page);
  }

  async at(title: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await this.frame.ready();
  }

  child(name: string): Locator {
    return this.page.getByRole('checkbox', { name });
  }

  block(name: string): Locator {
    return this.page.getByRole('radio', { name: new RegExp(`^${name}`) });
  }

  toTimes(): Locator {
    return this.page.getByRole('button', { name: '時間を選ぶ' });
  }

  toCheck(): Locator {
    return this.page.getByRole('button', { name: '内容を確かめる' });
  }

  book(): Locator {
    return this.page.getByRole('button', { name: 'この内容で予約する' });
  }

  request(): Locator {
    return this.page.getByRole('button', { name: 'この内容で申し込む' });
  }

  notes(): Locator {
    return this.page.getByRole('textbox', { name: '施設に伝えたいこと' });
  }

  /** Answers what the programme must know: the first of everything that can be chosen. */
  async answer(): Promise<void> {
    for (const group of await this.page.getByRole('group').filter({ hasText: '必須' }).all()) {
      await tick(group.getByRole('radio').first());
    }
  }

  /** From the first step to the booking, with what is chosen already. */
  async through(): Promise<void> {
    await this.at('預けるお子さんを選ぶ');
    await this.toTimes().click();
    await this.at('時間を選ぶ');
    await this.toCheck().click();
    await this.at('予約内容の確認');
    await this.answer();
    await this.book().click();
    await this.at('予約しました');
  }
}
