// The door: a wrong password, a way back to where one wanted to go, and the way out.
import { expectAccessible } from '../fixtures/axe';
import { demoPassword } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';

const hanako = { email: 'hanako@example.jp', password: demoPassword };

test('a wrong password is told without losing the address, and the right one leads on', async ({ page }) => {
  const door = new Door(page);
  await page.goto('/bookings');
  await expect(page).toHaveURL(/\/sign_in\?next=/);
  await door.frame.ready();
  await expectAccessible(page);
  await picture(page, 'sign-in');
  await door.signIn({ ...hanako, password: 'not-the-password' });
  const summary = page.getByRole('group', { name: '完了できませんでした' });
  await expect(summary).toBeFocused();
  await expect(door.email()).toHaveValue(hanako.email);
  await expectAccessible(page);
  await picture(page, 'wrong-password');
  await door.signIn(hanako);
  await expect(page).toHaveURL(/\/bookings$/);
  await expect(page.getByRole('heading', { level: 1, name: '予約' })).toBeVisible();
});

test('an empty form says what is missing, field by field', async ({ page }) => {
  const door = new Door(page);
  await door.open();
  await page.getByRole('button', { name: 'ログインする', exact: true }).click();
  await expect(page.getByRole('group', { name: '入力内容を確かめてください' }).getByRole('listitem')).toHaveCount(2);
  await expect(door.email()).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
});

test('whoever signs out leaves nothing on the device', async ({ page }) => {
  const door = new Door(page);
  await door.signedIn(hanako);
  await page.goto('/bookings');
  await door.frame.ready();
  await page.goto('/menu');
  await door.frame.ready();
  await page.getByRole('main').getByRole('button', { name: 'ログアウト' }).click();
  await expect(page.getByText('ログアウトしました。').first()).toBeVisible();
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('/account/')));
  expect(kept).toEqual([]);
  await page.goto('/bookings');
  await expect(page).toHaveURL(/\/sign_in/);
});

test('what was said on the search is said once more on the page that is loaded next, and then no more', async ({ page }) => {
  const door = new Door(page);
  await door.signedIn(hanako);
  // A wide window has the way out in the header of every page; the search is a build of its own.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto('/');
  await door.frame.ready();
  await page.getByRole('banner').getByRole('button', { name: 'ログアウト' }).click();
  const said = page.getByText('ログアウトしました。');
  await expect(said).toBeVisible();
  await page.getByRole('banner').getByRole('link', { name: 'ログイン' }).click();
  await expect(page).toHaveURL(/\/sign_in$/);
  await door.frame.ready();
  await expect(said).toBeVisible();
  await page.reload();
  await door.frame.ready();
  await expect(said).toBeHidden();
});
