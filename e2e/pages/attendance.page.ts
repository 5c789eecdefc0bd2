// Staff mode: the board of the day.
import { expect, type Locator, type Page } from '@playwright/test';
import { tick } from './frame.page';

type Stage = 'これから来る' | '来ている' | '帰った' | '欠席';

export class Board {
  constructor(readonly page: Page) {}

  async ready(): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: '今日の受け入れ' })).toBeVisible();
  }

  column(stage: Stage): Locator {
    return this.page.getByRole('region', { name: new RegExp(`^${stage}`) });
  }

  card(stage: Stage, child: string): Locator {
    return this.column(stage).getByRole('article', { name: child });
  }

  /** What waits for a decision, by one of the children's names. */
  request(child: string): Locator {
    return this.page.getByRole('region', { name: /^承認待ちの予約/ }).getByRole('article', { name: child });
  }

  /** What this device has not sent. */
  unsent(): Locator {
    return this.page.getByText(/まだ送っていない記録が\d+件あります/);
  }

  /** A record that the server did not take. */
  conflict(child: string): Locator {
    return this.page.getByRole('region', { name: /^確認が必要な記録/ }).getByRole('article', { name: child });
  }

  async checkIn(child: string): Promise<void> {
    await this.card('これから来る', child).getByRole('button', { name: /登園/ }).click();
    const dialog = this.page.getByRole('dialog');
    // The guardian comes first.
    await tick(dialog.getByRole('radio').first());
    await dialog.getByRole('button', { name: '登園を記録する' }).click();
    await expect(this.card('来ている', child)).toBeVisible();
  }

  async checkOut(child: string, by: string): Promise<void> {
    await this.card('来ている', child).getByRole('button', { name: /降園/ }).click();
    const dialog = this.page.getByRole('dialog');
    await tick(dialog.getByRole('radio', { name: by }));
    await dialog.getByRole('button', { name: '降園を記録する' }).click();
    await expect(this.card('帰った', child)).toBeVisible();
  }
}
