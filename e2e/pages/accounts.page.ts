// The two doors: signing in and registering.
import { expect, type Locator, type Page } from '@playwright/test';
import { Frame, tick } from './frame.page';

export interface Person {
  email: string;
  password: string;
}

export class Door {
  readonly frame: Frame;

  constructor(readonly page: Page) {
    this.frame = new Frame(page);
  }

  email(): Locator {
    return this.page.getByRole('textbox', { name: 'メールアドレス' });
  }

  password(): Locator {
    return this.page.getByRole('textbox', { name: 'パスワード' }).or(this.page.locator('input[type=password]'));
  }

  async open(): Promise<void> {
    await this.frame.open('/sign_in');
  }

  async signIn({ email, password }: Person): Promise<void> {
    await this.email().fill(email);
    await this.password().fill(password);
    await this.page.getByRole('button', { name: 'ログインする', exact: true }).click();
  }

  async signedIn({ email, password }: Person): Promise<void> {
    await this.open();
    await this.signIn({ email, password });
    await expect(this.page).not.toHaveURL(/sign_in/);
    await this.frame.ready();
  }

  async toRegister(): Promise<void> {
    await this.page.getByRole('link', { name: '新規登録へ' }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: '新規登録' })).toBeVisible();
  }

  async register(city: string, { email, password }: Person): Promise<void> {
    await tick(this.page.getByRole('radio', { name: city }));
    await tick(this.page.getByRole('checkbox', { name: /上の市に/ }));
    await this.page.getByRole('textbox', { name: 'お名前' }).fill('弓浜 みどり');
    await this.page.getByRole('textbox', { name: 'ふりがな' }).fill('ゆみはま みどり');
    await this.page.getByRole('textbox', { name: '電話番号' }).fill('090-1234-5678');
    await this.email().fill(email);
    await this.password().fill(password);
    await this.page.getByRole('button', { name: '登録する' }).click();
  }
}
