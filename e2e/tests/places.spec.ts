// The places of a facility: a named week is published with all that it means, copied, changed together and taken back, by the half hour of the
// carers who are there; and nobody else gets near it.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, send, staffOfUmineko, tablet, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, tick } from '../pages/frame.page';

/** A Monday far enough ahead that the demo world has nothing there, and that bookings are not open yet. */
const monday = '2027-06-07';

/** Names a week of its own, so that two devices do not meet. */
async function nameWeek(page: Page, name: string): Promise<void> {
  await new Frame(page).open('/staff/places/patterns');
  await page.getByRole('button', { name: '新しい型をつくる' }).click();
  await expect(page.getByRole('heading', { name: '新しい型をつくる' })).toBeFocused();
  await page.getByRole('button', { name: '型を保存する' }).click();
  await expect(page.getByRole('link', { name: '名前は1〜60文字で入力してください。' })).toBeVisible();
  await page.getByLabel(/^名前/).fill(name);
  await expectAccessible(page);
  await picture(page, 'places-pattern');
  await page.getByRole('button', { name: '型を保存する' }).click();
  await expect(page.getByText('型を保存しました。')).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
}

async function publish(page: Page, name: string, from: string, to: string): Promise<void> {
  await new Frame(page).open('/staff/places/publish');
  await tick(page.getByRole('radio', { name, exact: true }));
  await page.getByLabel('最初の日').fill(from);
  await page.getByLabel('最後の日').fill(to);
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(page.getByRole('heading', { name: '確認', exact: true })).toBeFocused();
}

test('a named week is published, changed together, copied and taken back', async ({ page }, info) => {
  test.setTimeout(600_000);
  const frame = new Frame(page);
  await new Door(page).signedIn(staffOfUmineko);
  await frame.open(`/staff/places?from=${monday}`);
  await expect(page.getByText('この期間の枠はありません。')).toBeVisible();
  await expect(page.getByText('まとめて行った変更は、まだありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-empty');
  await frame.open('/staff/places/publish');
  await expect(page.getByText('週の型がまだありません。')).toBeVisible();

  const name = `ふだんの週 ${info.project.name}`;
  await nameWeek(page, name);
  await expectAccessible(page);
  await picture(page, 'places-patterns');

  // A holiday is left out and says so.
  await publish(page, name, '2027-07-19', '2027-07-25');
  await expect(page.getByText(/祝日です（海の日）/).first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-holiday');

  await publish(page, name, monday, '2027-06-13');
  await expectAccessible(page);
  await picture(page, 'places-preview');
  await page.getByRole('button', { name: /^\d+件の枠に反映する$/ }).click();
  await expect(page.getByRole('heading', { name: '反映しました' })).toBeFocused();
  await expectAccessible(page);
  await picture(page, 'places-published');
  await page.getByRole('link', { name: '表を見る' }).click();
  await frame.ready();
  const cells = page.locator('.slot-cell:visible');
  await expect(cells.first()).toBeVisible();
  const before = await cells.count();
  await cells.first().press('Space');
  await expect(cells.first()).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByText('1件の枠を選んでいます')).toBeVisible();
  await expect(page.getByRole('heading', { name: '保育者と予約できる人数（30分ごと）' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-week');

  // A month: a day is chosen whole.
  await page.getByRole('link', { name: '月', exact: true }).click();
  await frame.ready();
  await expect(page.getByRole('heading', { level: 2, name: '2027年6月' })).toBeVisible();
  await page.getByRole('button', { name: /^6月8日（火）/ }).click();
  await page.getByRole('button', { name: /^6月9日（水）/ }).click();
  await expectAccessible(page);
  await picture(page, 'places-month');
  await page.getByRole('button', { name: '選んだ枠を変更する' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(dialog.getByText('変更する内容を入力してください。')).toBeVisible();
  await dialog.getByRole('radio', { name: /^受付を止める/ }).check({ force: true });
  await expectAccessible(page);
  await picture(page, 'places-bulk');
  await dialog.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(dialog.getByText('受付を止めます').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-bulk-preview');
  await dialog.getByRole('button', { name: /件の枠に反映する$/ }).click();
  await expect(dialog.getByRole('heading', { name: '反映しました' })).toBeVisible();
  await dialog.getByRole('link', { name: '元に戻す' }).click();
  await frame.ready();
  await expect(page.getByText('受付を再開します').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-undo');
  await page.getByRole('button', { name: /件の枠を元に戻す$/ }).click();
  await expect(page.getByText('すべて変更前の状態に戻しました。')).toBeVisible();
  await picture(page, 'places-undone');

  // The week goes into the next one, and out of it again.
  await frame.open(`/staff/places/copy?week=${monday}`);
  await expect(page.getByText('6月7日（月）〜6月13日（日）')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-copy');
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  await page.getByRole('button', { name: `${before}件の枠に反映する` }).click();
  await expect(page.getByRole('heading', { name: '反映しました' })).toBeVisible();
  await page.getByRole('link', { name: '元に戻す' }).click();
  await frame.ready();
  await page.getByRole('button', { name: `${before}件の枠を元に戻す` }).click();
  await expect(page.getByText('すべて変更前の状態に戻しました。')).toBeVisible();
  await page.getByRole('link', { name: '表を見る' }).click();
  await frame.ready();
  await expect(page.getByText('この期間の枠はありません。')).toBeVisible();
  await expect(page.getByText('元に戻しました').first()).toBeVisible();
  await picture(page, 'places-changes');
});

test('carers on duty decide how many can be booked, and published slots follow', async ({ page }) => {
  test.setTimeout(600_000);
  const frame = new Frame(page);
  await new Door(page).signedIn(staffOfUmineko);
  await frame.open('/staff/places/duty');
  await expect(page.getByText('まだ登録がありません。')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: '時間を追加する' }).click();
  await page.getByRole('button', { name: '違う日を追加する' }).click();
  await page.locator('input[type="date"]').last().fill('');
  await page.getByRole('button', { name: '配置を保存する' }).click();
  await expect(page.getByText('曜日または日と、始まり・終わりの時間をすべて入力してください。')).toBeVisible();
  await page.locator('input[type="date"]').last().fill('2027-01-22');
  await page.getByRole('button', { name: '配置を保存する' }).click();
  await expect(page.getByText('配置を保存しました。')).toBeVisible();
  await page.getByText('ふだんの配置の一覧').first().click();
  await expectAccessible(page);
  await picture(page, 'places-duty');
  await page.getByRole('button', { name: '反映したときの影響を確かめる' }).click();
  await expect(page.getByRole('heading', { name: '確認', exact: true })).toBeFocused();
  await expect(page.getByText(/定員いっぱいには.*必要なため/).first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-follow');
});

test('on a tablet the whole week and month are seen, and a bad line is told', async ({ browser }) => {
  test.setTimeout(300_000);
  const page = await another(browser, tablet);
  const frame = new Frame(page);
  await new Door(page).signedIn(staffOfUmineko);
  await frame.open('/staff/places?from=2027-01-25');
  await expect(page.locator('.slot-cell:visible').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'places-week-tablet');
  await frame.open('/staff/places?from=2027-01-25&view=month');
  await expectAccessible(page);
  await picture(page, 'places-month-tablet');
  await page.route('**/api/v1/staff/slots*', (route) => route.abort());
  await page.getByRole('button', { name: '次の月' }).click();
  await expect(page.getByText(/つながりません/).first()).toBeVisible();
  await picture(page, 'places-offline');
  await page.unroute('**/api/v1/staff/slots*');
  await page.getByRole('button', { name: 'もう一度試す' }).click();
  await expect(page.getByRole('heading', { level: 2, name: '2027年2月' })).toBeVisible();
});

test('a booked slot stays when its publishing is taken back, and neither families nor other facilities get near', async ({ page, browser }) => {
  const child = await newFamily(page.request, '浜辺 いお');
  const staff = await another(browser);
  await send(staff.request, '/auth/login', staffOfUmineko);
  const place = (await freePlaces(page.request, '2027-02-08', '2027-02-12')).find(
    (one) => one.facility.name === umineko && one.bookable,
  )!;
  const whole = place.openings.find(({ block }) => block === 'day')!;
  const stay = { slot_id: place.slot_id, starts_at: whole.starts_at, ends_at: whole.ends_at };
  await send(page.request, '/bookings', { ...stay, child_ids: [child.id], ...answered });
  // Times of a slot with a child in it do not change, whoever asks.
  const times = { starts: '10:00:00', ends: '12:00:00' };
  const command = { kind: 'change', slot_ids: [place.slot_id], change: { times } };
  const plan = await send<{ steps: { verdict: { why: { code: string } } }[] }>(staff.request, '/staff/places/preview', command);
  expect(plan.steps.map(({ verdict }) => verdict.why.code)).toEqual(['places.times_booked']);
  const other = await another(browser);
  await send(other.request, '/auth/login', { ...staffOfUmineko, email: 'staff.matsubara@example.jp' });
  for (const [person, status] of [[page, 403], [other, 404]] as const) {
    const answer = await person.request.post('/api/v1/staff/places/preview', { data: command });
    expect(answer.status()).toBe(status);
  }
  await new Frame(page).open('/staff/places');
  await expect(page.getByRole('heading', { name: '定員の表' })).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'places-wrong-person');
});
