// The practice of staff: the board with fictional children.
import { expect, type Locator, type Page } from '@playwright/test';
import { Board } from './attendance.page';
import { tick } from './frame.page';

export class Practice {
  readonly board: Board;

  constructor(readonly page: Page) {
    this.board = new Board(page);
  }

  banner(): Locator {
    return this.page.getByRole('region', { name: '練習のお知らせ' });
  }

  begin(): Locator {
    return this.page.getByRole('button', { name: '練習を始める' });
  }

  /** Begins, on the page that says what it is. */
  async begun(): Promise<void> {
    await this.begin().click();
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: '練習中：今日の受け入れ' })).toBeVisible();
    await expect(this.banner()).toContainText('練習中：実際の記録には残りません');
    await expect(this.board.card('これから来る', '練習 そら')).toBeVisible();
  }

  /** The steps that are ticked off. */
  async done(count: number): Promise<void> {
    await expect(this.page.locator('.practice-steps').getByText('できました：')).toHaveCount(count);
    await expect(this.page.locator('.practice-steps').getByText(`9のうち${count}できました`)).toBeVisible();
  }

  async end(): Promise<void> {
    await this.banner().getByRole('button', { name: '練習を終わる' }).click();
    await expect(this.banner()).toHaveCount(0);
  }

  async setAway(): Promise<void> {
    await this.page.getByRole('switch', { name: '通信が切れた状態を試す' }).click({ force: true });
  }

  /** Opens what puts a record right. */
  async fix(stage: '来ている' | '帰った', child: string): Promise<Locator> {
    await this.board.card(stage, child).getByRole('button', { name: /記録を直す/ }).click();
    return this.page.getByRole('dialog');
  }

  /** Records that a child left at another time. */
  async leftAt(child: string, by: string, clock: string): Promise<void> {
    await this.board.card('来ている', child).getByRole('button', { name: /降園/ }).click();
    const dialog = this.page.getByRole('dialog');
    await tick(dialog.getByRole('radio', { name: by }));
    await dialog.getByRole('button', { name: '時刻を変える' }).click();
    await dialog.getByLabel('時刻').fill(clock);
    await dialog.getByRole('button', { name: '降園を記録する' }).click();
    await expect(this.board.card('帰った', child)).toBeVisible();
  }
}
