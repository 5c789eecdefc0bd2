// The family: its children, registered once.
import type { Page } from '@playwright/test';
import { tick } from './frame.page';

export interface KnownChild {
  name: string;
  kana: string;
  born: { year: string; month: string; day: string };
}

export class Family {
  constructor(readonly page: Page) {}

  async fillChild({ name, kana, born }: KnownChild): Promise<void> {
    const basics = this.page.getByRole('main');
    await basics.getByRole('textbox', { name: 'お名前' }).first().fill(name);
    await basics.getByRole('textbox', { name: 'ふりがな' }).first().fill(kana);
    const date = this.page.getByRole('group', { name: /生年月日/ });
    await date.getByLabel('年', { exact: true }).selectOption(born.year);
    await date.getByLabel('月', { exact: true }).selectOption(born.month);
    await date.getByLabel('日', { exact: true }).selectOption(born.day);
  }

  async addAllergy(name: string, severe: boolean): Promise<void> {
    await this.page.getByRole('button', { name: 'アレルギーを追加する' }).click();
    await this.page.getByRole('textbox', { name: '原因になるもの' }).last().fill(name);
    if (severe) await tick(this.page.getByRole('checkbox', { name: /症状が強い/ }).last());
  }

  async register(): Promise<void> {
    await this.page.getByRole('button', { name: '登録する' }).click();
  }
}
