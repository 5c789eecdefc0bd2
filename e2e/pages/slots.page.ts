// The search for free places, which is the first page.
import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.page';

export class Search {
  readonly frame: Frame;

  constructor(readonly page: Page) {
    this.frame = new Frame(page);
  }

  async open(path = '/'): Promise<void> {
    await this.frame.open(path);
    await this.found();
  }

  /** What was found, in words; waits for the answer. */
  async found(): Promise<Locator> {
    const words = this.results().getByRole('status').first();
    await expect(words).toContainText('施設に空きがあります');
    return words;
  }

  results(): Locator {
    return this.page.getByRole('region', { name: '見つかった空き' });
  }

  async wantAge(age: string): Promise<void> {
    await this.page.getByLabel('お子さんの年齢').selectOption({ label: age });
    await this.found();
  }

  async wantDay(day: string): Promise<void> {
    await this.page.getByRole('button', { name: day, exact: true }).click();
    await this.found();
  }

  async wantCity(city: string): Promise<void> {
    const cities = this.page.getByLabel('市', { exact: true });
    // A narrow screen keeps the conditions folded away.
    if (!(await cities.isVisible())) await this.page.getByRole('button', { name: '条件', exact: true }).click();
    await cities.selectOption({ label: city });
    await this.found();
  }

  async look(view: '一覧' | '週の表' | '地図'): Promise<void> {
    await this.page.getByRole('tab', { name: view }).click();
    await this.found();
  }

  /** The stays of a facility that can be booked, in the list; each leads to its booking. */
  stays(facility: string, part = ''): Locator {
    return this.results().getByRole('link', { name: new RegExp(`^${part}.*${facility}.*予約へ進む$`) });
  }
}
