// Nobody opened what had to be opened: the family is on the list of those to call, an officer calls, and whoever opens it meanwhile
// leaves the list by itself.
import type { APIRequestContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, officerOfYonago, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

const day = '2027-01-27';

/** A stay at the facility where staff sign in, which staff then cancel: that is for the family to know. */
async function cancelled(family: APIRequestContext, staff: APIRequestContext, child: string): Promise<void> {
  const place = (await freePlaces(family, day, day)).find(({ facility, bookable }) => facility.name === umineko && bookable)!;
  const opening = place.openings.find(({ block }) => block === 'day')!;
  const stay = { slot_id: place.slot_id, starts_at: opening.starts_at, ends_at: opening.ends_at };
  const [booked] = await send<{ id: string }[]>(family, '/bookings', { ...stay, child_ids: [child], ...answered });
  await send(staff, `/bookings/${booked!.id}/cancel`, {});
  // The notice is made a moment later.
  await expect(async () => {
    const { items } = await (await family.get('/api/v1/notices')).json();
    expect(items.map(({ kind }: { kind: string }) => kind)).toContain('booking.cancelled');
  }).toPass({ timeout: 120_000 });
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name }) });

test('a family that opened nothing is called, and one that opens it meanwhile leaves the list', async ({ page, browser, house }) => {
  test.setTimeout(300_000);
  const [staff, mio, rei] = [await another(browser), await another(browser), await another(browser)];
  await house.at('2027-01-18T09:00:00+09:00', page, staff, mio, rei);
  await send(staff.request, '/auth/login', staffOfUmineko);
  for (const [family, name] of [[mio, '浜辺 みお'], [rei, '浜辺 れい']] as const) {
    const child = await newFamily(family.request, '浜辺 なぎ', name);
    await cancelled(family.request, staff.request, child.id);
  }

  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  await frame.open('/office/outreach');
  await expect(page.getByText('該当するご家庭はありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'outreach-nobody');

  // Days later; it is for the city of the family, not of the facility.
  await house.at('2027-01-23T10:00:00+09:00', page, staff, mio, rei);
  await new Door(page).signedIn(officerOfYonago);
  await send(staff.request, '/auth/login', staffOfUmineko);
  await expect(async () => {
    await frame.open('/office/outreach');
    await expect(row(page, '浜辺 みお')).toBeVisible({ timeout: 10_000 });
    await expect(row(page, '浜辺 れい')).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 120_000 });
  await expectAccessible(page);
  await picture(page, 'outreach-list');

  await page.getByRole('link', { name: '浜辺 みお' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '浜辺 みお' })).toBeVisible();
  await expect(page.getByText('予約が取り消されました').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'outreach-case');
  await page.getByRole('button', { name: '自分が担当する' }).click();
  await expect(page.getByText('担当になりました。')).toBeVisible();
  await page.getByRole('radio', { name: '応答なし・不在' }).check();
  await page.getByRole('button', { name: '記録する' }).click();
  await expect(page.getByText('記録しました。')).toBeVisible();
  await expect(page.getByText('電話：応答なし・不在')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'outreach-tried');

  // She opens it after all: nobody has to call again.
  await new Frame(mio).open('/notices');
  await mio.getByRole('article').filter({ has: mio.getByRole('heading', { name: '予約が取り消されました' }) }).getByText('内容を見る').click();
  await expect(mio.getByRole('navigation').getByRole('link', { name: /^お知らせ$/ })).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('ご家庭が開封しました')).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 120_000 });
  await expect(page.getByRole('button', { name: '記録する' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'outreach-resolved');

  // The other one is reached by telephone.
  await frame.open('/office/outreach');
  await expect(row(page, '浜辺 みお')).toHaveCount(0);
  await page.getByRole('link', { name: '浜辺 れい' }).click();
  const close = async () => {
    await page.locator('summary').getByText('対応を終える').click();
    await page.getByRole('radio', { name: '内容を伝えた' }).check();
    await page.getByRole('button', { name: '対応を終える' }).click();
  };
  await close();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'outreach-too-early');
  await page.getByRole('radio', { name: '話せた', exact: true }).check();
  await page.getByRole('textbox', { name: /^伝えておくこと/ }).first().fill('代わりの日を一緒にさがしました。');
  await page.getByRole('button', { name: '記録する' }).click();
  await expect(page.getByText('電話：話せた')).toBeVisible();
  await close();
  await expect(page.getByText('対応を終えました。')).toBeVisible();
  await frame.open('/office/outreach');
  await expect(page.getByText('該当するご家庭はありません。')).toBeVisible();

  // Neither facilities nor families get to know of it.
  for (const other of [staff, mio]) expect((await other.request.get('/api/v1/outreach/cases')).status()).toBe(403);
});
