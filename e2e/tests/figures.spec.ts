// Figures of a city for its officers, and the open data that anybody reads.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, newFamily, officerOfYonago, staffOfUmineko, tablet } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

const officerOfSakaiminato = { email: 'office.sakaiminato@example.jp', password: demoPassword };

test('an officer reads the figures in three languages, with each definition one click away', async ({ page }) => {
  test.slow();
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  for (const locale of locales) {
    await frame.open('/office/figures', locale);
    await expectAccessible(page);
    if (locale.tag === 'ja') await picture(page, 'office-figures');
  }
  await frame.open('/office/figures', locales[0]);
  const tile = page.locator('.figure-tile').filter({ hasText: '枠の利用率' });
  await expect(tile.getByText(/^\d+\.\d%/)).toBeVisible();
  await expect(tile.getByText('予約された分数 ÷')).toBeHidden();
  await tile.getByText('定義').click();
  await expect(tile.getByText('予約された分数 ÷')).toBeVisible();
  await expect(page.getByText('秘匿').first()).toBeVisible();
});

test('an officer splits and compares, and every bar is read with the keyboard and stands in the table', async ({ page }) => {
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfSakaiminato);
  await frame.open('/office/figures');
  for (const [by, name] of [['district', '地区（町字）'], ['programme', '事業'], ['age', '年齢']] as const) {
    await page.locator('#figures-by').selectOption(by);
    await expect(page.getByRole('heading', { level: 2, name: `内訳：${name}` })).toBeVisible();
    await frame.ready();
    await expectAccessible(page);
    await picture(page, `office-figures-${by}`);
  }
  await page.locator('#figures-compared').selectOption('city');
  await expect(page.getByText(/比較：米子市/)).toBeVisible();
  await page.getByLabel('表示する指標').selectOption({ label: '満たせなかった希望' });
  const months = page.getByRole('region', { name: '月ごとの推移' });
  const bars = months.getByRole('img');
  await expect(bars).toHaveCount(12);
  await page.getByLabel('表示する指標').focus();
  await page.keyboard.press('Tab');
  await expect(bars.first()).toBeFocused();
  const said = (await bars.first().getAttribute('aria-label')) ?? '';
  const [month, values] = said.split(': ');
  const row = months.getByRole('row').filter({ hasText: month ?? 'nothing' });
  await expect(row).toContainText((values ?? 'nothing').split(' / ')[0] ?? 'nothing');
});

test('the figures print with their charts and tables', async ({ page }) => {
  const frame = new Frame(page);
  await page.setViewportSize(tablet.viewport);
  await new Door(page).signedIn(officerOfYonago);
  await frame.open('/office/figures');
  await picture(page, 'office-figures-tablet');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: '印刷する' })).toBeHidden();
  await expect(page.locator('svg.chart').first()).toBeVisible();
  await expect(page.getByRole('table').first()).toBeVisible();
  await picture(page, 'office-figures-print');
  await page.emulateMedia({ media: null });
});

test('a range without a published month says so', async ({ page }) => {
  const frame = new Frame(page);
  await page.route('**/api/v1/figures?*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), months: [], tables: [] } });
  });
  await new Door(page).signedIn(officerOfYonago);
  await frame.open('/office/figures');
  await expect(page.getByText('この期間に公開した月はありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'office-figures-empty');
});

test('neither staff nor a family reads them', async ({ page, browser }) => {
  await new Door(page).signedIn(staffOfUmineko);
  expect((await page.request.get('/api/v1/figures')).status()).toBe(403);
  await page.goto('/office/figures');
  await expect(page.getByRole('heading', { level: 1, name: '指標（EBPM）' })).toHaveCount(0);
  const mine = await (await browser.newContext()).newPage();
  await mine.goto('/');
  await newFamily(mine.request);
  expect((await mine.request.get('/api/v1/figures')).status()).toBe(403);
});

test('anybody reads open data, without signing in', async ({ page, request }) => {
  await page.goto('/open-data');
  await expect(page.getByRole('heading', { level: 1, name: 'オープンデータ' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'open-data');
  for (const link of await page.getByRole('link').all()) {
    const href = await link.getAttribute('href');
    if (href?.startsWith('/')) expect((await request.get(href)).status(), href).toBe(200);
  }
});
