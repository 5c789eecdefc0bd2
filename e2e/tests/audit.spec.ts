// The audit: an officer finds who looked at a family, saves it and verifies the chain; nobody else gets there.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, newFamily, officerOfYonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

test('an officer finds who looked at a family, saves it, and verifies the chain', async ({ page }) => {
  test.slow();
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  for (const locale of locales) {
    await frame.open('/office/audit', locale);
    await expectAccessible(page);
  }
  await frame.open('/office/audit');
  await picture(page, 'audit-list');
  await page.getByRole('button', { name: '検証する' }).click();
  await expect(page.getByText('記録は正しくつながっています')).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  await picture(page, 'audit-verified');

  await page.getByText('ご家庭でしぼり込む').click();
  await page.getByRole('searchbox').fill('弓浜 花子');
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: /弓浜 花子/ }).click();
  await expect(page.getByRole('row').filter({ hasText: 'ご家庭の情報：閲覧' }).first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'audit-family');
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSVで保存' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^audit-.*\.csv$/);
});

test('neither families nor the BPO centre read the audit', async ({ page }) => {
  await page.goto('/');
  await newFamily(page.request);
  for (const path of ['/office/audit', '/office/audit.csv', '/office/audit/people', '/office/audit/verification']) {
    expect((await page.request.get(`/api/v1${path}`)).status(), path).toBe(403);
  }
  await new Frame(page).open('/office/audit');
  await expect(page.getByRole('button', { name: '検証する' })).toHaveCount(0);
  await new Frame(page).open('/family/accesses');
  await expect(page.getByText('閲覧や変更の記録はありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'family-accesses-none');
  await page.context().clearCookies();
  await new Door(page).signedIn({ email: 'bpo@example.jp', password: demoPassword });
  expect((await page.request.get('/api/v1/office/audit')).status()).toBe(403);
});
