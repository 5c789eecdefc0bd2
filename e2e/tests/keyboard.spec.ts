// A booking with the keyboard alone: every stop is reached by Tab and answers to Enter, Space or the arrows.
import { newFamily, umineko } from '../fixtures/people';
import { expect, test } from '../fixtures/server';
import type { Locator, Page } from '@playwright/test';
import { Booking } from '../pages/bookings.page';
import { Search } from '../pages/slots.page';

/** Goes on with Tab until this has the focus, as somebody would who cannot point. */
async function tabTo(page: Page, goal: Locator, most = 250): Promise<void> {
  await expect(goal).toBeVisible();
  for (let step = 0; step < most; step += 1) {
    if (await goal.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${goal} was not reached with ${most} tabs`);
}

test('a place is booked without a pointer', async ({ page }) => {
  const child = await newFamily(page.request, '弓浜 かんな');
  const search = new Search(page);
  const booking = new Booking(page);
  await search.open();

  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '本文へ移動' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  await tabTo(page, page.getByRole('button', { name: '1月26日（火）', exact: true }));
  await page.keyboard.press('Space');
  await search.found();
  await tabTo(page, search.stays(umineko, '午後').first());
  await page.keyboard.press('Enter');

  await booking.at('預けるお子さんを選ぶ');
  // The search is a build of its own, so this page was loaded anew: it begins at its top, as every loaded page does.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '本文へ移動' })).toBeFocused();
  await tabTo(page, booking.child(child.name));
  await page.keyboard.press('Space');
  await expect(booking.child(child.name)).not.toBeChecked();
  await page.keyboard.press('Space');
  await expect(booking.child(child.name)).toBeChecked();
  await tabTo(page, booking.toTimes());
  await page.keyboard.press('Enter');

  await booking.at('時間を選ぶ');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await tabTo(page, booking.block('午後'));
  await page.keyboard.press('ArrowUp');
  await expect(booking.block('午前')).toBeChecked();
  await tabTo(page, booking.toCheck());
  await page.keyboard.press('Enter');

  await booking.at('予約内容の確認');
  for (const name of ['ご利用の理由', 'お子さんの体調はいかがですか']) {
    await tabTo(page, page.getByRole('group', { name }).getByRole('radio').first());
    await page.keyboard.press('Space');
  }
  await tabTo(page, booking.book());
  // It waits for what the stay costs.
  await expect(booking.book()).toBeEnabled();
  await page.keyboard.press('Enter');
  await booking.at('予約しました');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});
