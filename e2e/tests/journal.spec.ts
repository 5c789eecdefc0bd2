// The day is written down: the group's and a child's journal, drafted, finished, corrected, taken out as a file; and what is left to the next shift.
import { expectAccessible } from '../fixtures/axe';
import { another, newFamily, staffOfUmineko, tablet } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

test('a day is written, finished and corrected', async ({ page, browser }, { project }) => {
  const frame = new Frame(page);
  await page.setViewportSize(project.name === 'phone' ? { width: 390, height: 844 } : tablet.viewport);
  await new Door(page).signedIn(staffOfUmineko);
  await page.goto('/staff');
  await page.getByRole('link', { name: '保育日誌' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '保育日誌' })).toBeVisible();
  await frame.ready();
  const field = page.getByRole('textbox', { name: '全体の記録' }).first();
  await expect(field).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'journal');
  await field.fill('公園まで散歩した。');
  await page.getByRole('button', { name: '下書きを保存' }).first().click();
  await expect(page.getByText('下書き', { exact: true })).toBeVisible();
  // What is typed elsewhere on the page stays.
  const child = page.getByRole('textbox', { name: /さんの記録/ }).first();
  await child.fill('よく食べた。');
  await page.getByRole('button', { name: '記入を終える' }).first().click();
  await expect(page.getByText('公園まで散歩した。')).toBeVisible();
  await expect(child).toHaveValue('よく食べた。');
  await page.getByText('訂正する').first().click();
  await page.getByRole('textbox', { name: '正しい記録' }).first().fill('園庭で遊んだ。');
  await page.getByRole('textbox', { name: '訂正の理由' }).first().fill('記入誤り');
  await expectAccessible(page);
  await page.getByRole('button', { name: '訂正を加える' }).first().click();
  await expect(page.getByText('園庭で遊んだ。')).toBeVisible();
  await expect(page.getByText('公園まで散歩した。')).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'journal-corrected');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'この月をExcelで保存' }).click();
  expect((await download).suggestedFilename()).toBe('journal-2027-01.xlsx');
  // A day without anybody.
  await page.goto('/staff/journal?day=2026-01-01');
  await expect(page.getByText('この日の利用はありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'journal-empty');

  const family = await another(browser);
  await newFamily(family.request);
  expect((await family.request.get('/api/v1/staff/journal')).status()).toBe(403);
  await family.goto('/staff/journal');
  await expect(family.getByRole('textbox')).toHaveCount(0);
});

test('a note is left to the next shift', async ({ page }, { project }) => {
  await page.setViewportSize(project.name === 'phone' ? { width: 390, height: 844 } : tablet.viewport);
  await new Door(page).signedIn(staffOfUmineko);
  await page.goto('/staff');
  await page.getByRole('link', { name: /^申し送り/ }).click();
  await expect(page.getByText('この日の申し送りはありません。')).toBeVisible();
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, 'shift-notes-empty');
  await page.getByRole('radio', { name: '遅番' }).check({ force: true });
  await page.getByRole('textbox', { name: '申し送ること' }).fill('17時のお迎えは祖母です。');
  await page.getByRole('button', { name: '残す' }).click();
  await expect(page.getByRole('listitem').getByText('17時のお迎えは祖母です。')).toBeVisible();
  // Who wrote it need not read it.
  await expect(page.getByText('すべて読みました。')).toBeVisible();
  await expect(page.getByRole('button', { name: '読みました' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'shift-notes');
});
