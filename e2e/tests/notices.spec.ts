// Notices find the family: what staff decided stands in the inbox with its number on every page, falls when it is opened, and leads to
// what it is about; what must be understood is said to be; by which channels is the family's choice; and officers write the words.
import type { APIRequestContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, demoPassword, freePlaces, newFamily, officerOfYonago, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

interface Booked {
  id: string;
}

/** A place of temporary care that the family of this context books at the facility where staff sign in. */
async function book(api: APIRequestContext, child: string, day: string): Promise<string> {
  const place = (await freePlaces(api, day, day)).find(({ facility, bookable }) => facility.name === umineko && bookable)!;
  const opening = place.openings.find(({ block }) => block === 'day')!;
  const stay = { slot_id: place.slot_id, starts_at: opening.starts_at, ends_at: opening.ends_at };
  const [booked] = await send<Booked[]>(api, '/bookings', { ...stay, child_ids: [child], ...answered });
  return booked!.id;
}

/** The way to the inbox, with the number beside it; none: nothing is unread. */
const badge = (page: Page, unread: number) =>
  page.getByRole('navigation').getByRole('link', { name: unread ? new RegExp(`^お知らせ ?（未読${unread}件）$`) : /^お知らせ$/ });

const notice = (page: Page, title: string) => page.getByRole('article').filter({ has: page.getByRole('heading', { name: title }) });

/** Notices are made a moment after what they tell. */
async function cameTo(page: Page, title: string): Promise<void> {
  await expect(async () => {
    await new Frame(page).open('/notices');
    await expect(notice(page, title).first()).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 120_000 });
}

test('what staff decided is in the inbox, is opened and leads to its booking', async ({ page, browser, house }) => {
  test.setTimeout(300_000);
  const staff = await another(browser);
  await house.at('2027-01-18T09:00:00+09:00', page, staff);
  const frame = new Frame(page);
  const child = await newFamily(page.request, '弓浜 いつき');

  // Nothing yet.
  await frame.open('/notices');
  await expect(page.getByText('お知らせはまだありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'notices-none');

  const [first, second] = [await book(page.request, child.id, '2027-01-25'), await book(page.request, child.id, '2027-01-27')];
  await cameTo(page, '予約が決まりました');
  const before = await page.getByRole('article').count();

  // The facility cancels both; the bookings' own notices are out of date with it.
  await send(staff.request, '/auth/login', staffOfUmineko);
  for (const id of [first, second]) await send(staff.request, `/bookings/${id}/cancel`, {});
  await cameTo(page, '予約が取り消されました');
  await expect(async () => {
    await frame.open('/notices');
    await expect(notice(page, '予約が取り消されました')).toHaveCount(2, { timeout: 10_000 });
  }).toPass({ timeout: 120_000 });
  expect(await page.getByRole('article').count()).toBeGreaterThanOrEqual(before);
  // Folded they are told apart by their days.
  for (const day of ['1月25日（月）', '1月27日（水）']) await expect(notice(page, `${day}の予約が取り消されました`)).toHaveCount(1);
  await expect(badge(page, 2)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'notices');

  // What it says in detail is read: the number falls, here and on every page.
  const latest = notice(page, '予約が取り消されました').first();
  await latest.getByText('内容を見る').click();
  await expect(latest.getByText(umineko)).toBeVisible();
  await expect(badge(page, 1)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'notices-read');

  // The city asks to say that it was understood.
  await latest.getByRole('button', { name: '確認しました' }).click();
  await expect(latest.getByText('確認済み')).toBeVisible();
  await expect(latest.getByRole('button', { name: '確認しました' })).toHaveCount(0);

  // The one next step opens what it is about, and is an opening too.
  const other = notice(page, '予約が取り消されました').last();
  await other.getByRole('link', { name: /予約を見る/ }).click();
  await expect(page).toHaveURL(new RegExp(`/bookings/(${first}|${second})$`));
  await frame.ready();
  await expect(badge(page, 0)).toBeVisible();
  await frame.open('/');
  await expect(badge(page, 0)).toBeVisible();
  const { items } = await (await page.request.get('/api/v1/notices?unread=true')).json();
  expect(items).toEqual([]);

  // Whoever comes by a link and is not signed in comes back to it after signing in.
  const stranger = await another(browser);
  await stranger.goto('/notices');
  await expect(stranger).toHaveURL(/sign_in\?next=%2Fnotices/);
});

test('a family chooses how it hears of things, and five places fit the bar of a small phone', async ({ page, house: _ }, { project }) => {
  test.setTimeout(180_000);
  await newFamily(page.request);
  const frame = new Frame(page);
  for (const locale of locales) {
    await frame.open('/notices/preferences', locale);
    await expectAccessible(page);
    if (project.name === 'phone') {
      await page.setViewportSize({ width: 320, height: 640 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `the page in ${locale.own} is no wider than the phone`).toBeLessThanOrEqual(320);
      const cut = await page.locator('.bottom-bar .nav-link > span:not(.unread, .visually-hidden)').evaluateAll((all) =>
        all.filter((word) => word.scrollWidth > word.parentElement!.clientWidth || word.getBoundingClientRect().height > 48).map((word) => word.textContent),
      );
      expect(cut, `words of the bar in ${locale.own}`).toEqual([]);
      await picture(page, `bar-320-${locale.tag}`);
      await page.setViewportSize({ width: 390, height: 844 });
    }
  }
  await frame.open('/notices/preferences');
  await picture(page, 'notice-preferences');
  const mail = page.getByRole('group', { name: '市からのご案内' }).getByRole('checkbox', { name: 'メール' });
  const campaigns = (await mail.count()) > 0 ? mail : page.getByRole('group', { name: '市からのご案内' }).getByRole('checkbox').first();
  await expect(campaigns).toBeChecked();
  await campaigns.uncheck({ force: true });
  await page.getByRole('button', { name: 'この内容で保存する' }).click();
  await expect(page.getByText('受け取り方を保存しました。')).toBeVisible();
  await frame.open('/notices/preferences');
  await expect(campaigns).not.toBeChecked();
  await page.getByRole('button', { name: 'この内容で保存する' }).click();
  await expect(page.getByText('変わったところはありません。')).toBeVisible();
});

test('an officer writes the words of a notice, and the next one reads so', async ({ page, browser, house: _ }) => {
  test.setTimeout(300_000);
  const frame = new Frame(page);
  await new Door(page).signedIn(officerOfYonago);
  await frame.open('/office/notices');
  await expectAccessible(page);
  await picture(page, 'office-notices');
  await page.getByRole('link', { name: /^日本語 ?：○月○日の予約が決まりました$/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: '○月○日の予約が決まりました' })).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'office-notice');

  // What is wrong is said at its field, and nothing goes out.
  const lock = page.getByRole('textbox', { name: 'ロック画面に出る文' });
  const kept = await lock.inputValue();
  await lock.fill('{facility}の予約');
  await page.getByRole('textbox', { name: '本文' }).fill('{facility}\n{child}');
  await expect(page.getByText('{facility}は、ロック画面に表示できません。')).toBeVisible();
  await expect(page.getByText('この種類のお知らせには{child}がありません。')).toBeVisible();
  await page.getByRole('button', { name: 'この文面を公開する' }).click();
  await expect(page.getByRole('textbox', { name: '本文' })).toBeFocused();
  await expectAccessible(page);
  await picture(page, 'office-notice-wrong');

  // How it reads is seen while it is written.
  await lock.fill(kept);
  await page.getByRole('textbox', { name: '見出し' }).fill('{day}のお預かりが決まりました');
  await page.getByRole('textbox', { name: '本文' }).fill('{facility}でお待ちしています。\n{stay}');
  await expect(page.getByRole('region', { name: '届いたときの見え方' }).getByText('12月3日（木）のお預かりが決まりました')).toBeVisible();
  await page.getByRole('button', { name: 'この文面を公開する' }).click();
  await expect(page.getByText('文面を公開しました。')).toBeVisible();
  await expect(page.getByText('第1版')).toBeVisible();
  await expect(page.getByText('使用中')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'office-notice-published');

  const family = await another(browser);
  const child = await newFamily(family.request, '弓浜 つむぎ');
  await book(family.request, child.id, '2027-01-27');
  await cameTo(family, '1月27日（水）のお預かりが決まりました');
  await notice(family, '1月27日（水）のお預かりが決まりました').getByText('内容を見る').click();
  await expect(family.getByText(`${umineko}でお待ちしています。`)).toBeVisible();
});

test('a mail address is confirmed on a page of one button', async ({ page, house: _ }) => {
  const frame = new Frame(page);
  // Whoever reads the mail needs no sign-in.
  await frame.open('/mail_confirmation?token=nothing');
  await expectAccessible(page);
  await picture(page, 'mail-confirmation');
  const confirm = page.getByRole('button', { name: 'このアドレスを確認する' });
  await confirm.click();
  await expect(page.getByText('このリンクはもう使えません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'mail-confirmation-over');
  await page.route('**/api/v1/notices/mail_confirmations', (route) => route.fulfill({ status: 204 }));
  await frame.open('/mail_confirmation?token=nothing');
  await confirm.click();
  await expect(page.getByText('確認しました。これからお知らせがメールでも届きます。')).toBeVisible();
  await picture(page, 'mail-confirmation-done');

  // As long as nobody has confirmed it, the family reads why no mail comes.
  await newFamily(page.request);
  await page.route('**/api/v1/notices/preferences', async (route) => {
    const answer = await route.fetch();
    const unconfirmed = { address: 'itsuki@example.jp', asked_at: '2027-01-18T00:00:00Z' };
    await route.fulfill({ response: answer, json: { ...(await answer.json()), unconfirmed } });
  });
  await frame.open('/notices/preferences');
  await expect(page.getByText('itsuki@example.jp に確認のメールをお送りしました。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'notice-preferences-unconfirmed');
  await page.getByRole('button', { name: '確認のメールをもう一度送る' }).click();
  await expect(page.getByText('確認の要るメールアドレスはありません。').first()).toBeVisible();
});

test('without a network the inbox is as it was', async ({ page, context, house: _ }) => {
  test.setTimeout(120_000);
  await send(page.request, '/auth/login', { email: 'hanako@example.jp', password: demoPassword });
  const frame = new Frame(page);
  await frame.open('/notices');
  await frame.open('/bookings');
  await context.route('**/api/v1/**', (route) => route.abort());
  await badge(page, 0).or(page.getByRole('navigation').getByRole('link', { name: /^お知らせ/ })).first().click();
  await expect(page.getByText('前回見たときの内容です')).toBeVisible();
  await expectAccessible(page);
});
