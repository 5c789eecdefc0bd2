// The first page of the office: what needs a person today, each line leading to where it is done, and nothing where nothing waits.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, newFamily, officerOfYonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

const operator = { email: 'bpo@example.jp', password: demoPassword };

test('an officer sees what waits today, and a line leads to where it is done', async ({ page }) => {
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  await expect(page).toHaveURL(/\/office$/);
  for (const locale of locales) {
    await frame.open('/office', locale);
    await expectAccessible(page);
  }
  await frame.open('/office');
  await picture(page, 'office-home');
  await page.getByRole('link', { name: /^未決定の申請/ }).click();
  await expect(page).toHaveURL(/\/office\/applications$/);
});

test('an operator sees no more than the role may do, and a clear page where nothing waits', async ({ page }) => {
  const frame = new Frame(page);
  await new Door(page).signedIn(operator);
  await expect(page).toHaveURL(/\/office$/);
  await frame.ready();
  await expect(page.getByText('対応が必要なことはありません。')).toBeVisible();
  await expect(page.getByRole('link', { name: '申請の審査' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'office-home-clear');
  await frame.open('/office/applications');
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('申請の審査');
});

test('a family has no such page', async ({ page }) => {
  await page.goto('/');
  await newFamily(page.request);
  expect((await page.request.get('/api/v1/office/today')).status()).toBe(403);
  await new Frame(page).open('/office');
  await expect(page.getByText('対応が必要なことはありません。')).toHaveCount(0);
  await expectAccessible(page);
});
