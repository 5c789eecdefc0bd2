// The first page opens for anybody, says what it is, and is accessible.
import { expectAccessible } from '../fixtures/axe';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';

test('the first page opens for anybody', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle(/弓ヶ浜/);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'first-page');
});
