// Changes of rules: what they would do is seen before, money takes a second officer, a compact takes the other city, and what has not begun is taken back.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, change, demoPassword, newFamily, officerOfYonago, secondOfficerOfYonago, staffOfUmineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

const officerOfSakaiminato = { email: 'office.sakaiminato@example.jp', password: demoPassword };

async function looked(page: Page, name: string): Promise<void> {
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, name);
}

test('a price is proposed with whom it touches, agreed to by another officer, and taken back before it holds', async ({ page, browser }, { project }) => {
  test.slow();
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await expect(page.getByRole('heading', { level: 1, name: '改正' })).toBeVisible();
  await looked(page, 'changes-list');
  await page.getByRole('link', { name: '事業のきまりを変える' }).click();
  const care = page.getByRole('heading', { level: 2, name: /一時預かり/ }).first().locator('..');
  await care.getByRole('link').last().click();
  await page.getByRole('link', { name: 'この版をもとに新しい版を作る' }).click();
  // Each size of the journey at a day of its own: both are of one world.
  await page.locator('#rule-valid_from').fill(project.name === 'phone' ? '2030-04-01' : '2031-04-01');
  await page.locator('summary', { hasText: '料金' }).first().click();
  const fee = page.locator('[id^="rule-terms-fees-0-"][id$="yen"]').first();
  const before = Number(await fee.inputValue());
  await fee.fill(String(before + 100));
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  const impact = page.getByRole('region', { name: '影響' });
  await expect(impact.getByText(/利用.*件に、新しい内容を当てはめた結果|利用がないため、比べられません/)).toBeVisible();
  await looked(page, 'changes-preview');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: '改正の内容' })).toBeVisible();
  // Who proposed it does not agree to it.
  await expect(page.getByRole('button', { name: '確認して登録する' })).toHaveCount(0);
  await expect(page.getByText('料金や給付の額が変わります。')).toBeVisible();
  await looked(page, 'changes-proposed');
  const address = new URL(page.url()).pathname;
  const id = address.split('/').pop() ?? '';

  const second = await another(browser);
  await new Door(second).signedIn(secondOfficerOfYonago);
  await new Frame(second).open('/office/changes');
  await second.locator(`a[href="${address}"]`).click();
  await looked(second, 'changes-to-agree');
  await second.getByRole('button', { name: '確認して登録する' }).click();
  await expect(second.getByText('確認して、登録しました。')).toBeVisible();
  await looked(second, 'changes-agreed');
  await second.getByRole('button', { name: '取り消す' }).click();
  await expect(second.getByText('取り消しました。')).toBeVisible();
  await expect(second.getByRole('button', { name: '取り消す' })).toHaveCount(0);
  await looked(second, 'changes-undone');

  // Nobody else looks at it.
  const other = await another(browser);
  await new Door(other).signedIn(officerOfSakaiminato);
  expect((await other.request.get(`/api/v1/office/changes/${id}`)).status()).toBe(404);
  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  expect((await staff.request.get('/api/v1/office/changes')).status()).toBe(403);
  await new Frame(staff).open('/office/changes');
  await expect(staff.getByRole('heading', { level: 1, name: 'この画面は開けません' })).toBeVisible();
  const family = await another(browser);
  await newFamily(family.request, '改正 なし');
  expect((await family.request.get('/api/v1/office/changes')).status()).toBe(403);
});

test('a holiday is written at once and taken back', async ({ page }, { project }) => {
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '祝日を変える' }).click();
  await expect(page.getByRole('button', { name: '起案する' })).toHaveAttribute('aria-disabled', 'true');
  await page.getByLabel(/^日/).first().fill('2026-01-05');
  await page.getByLabel(/^名称/).fill('市民の日');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await looked(page, 'changes-holiday-wrong');
  await page.getByLabel(/^日/).first().fill(project.name === 'phone' ? '2028-10-12' : '2028-10-13');
  await expect(page.getByText('直すところがあります')).toHaveCount(0);
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(page.getByText('その日の予約')).toBeVisible();
  await looked(page, 'changes-holiday');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('登録しました。')).toBeVisible();
  await page.getByRole('button', { name: '取り消す' }).click();
  await expect(page.getByText('取り消しました。')).toBeVisible();
  await looked(page, 'changes-holiday-undone');
});

test('a compact is sent back by the other city with a word', async ({ page, browser }, { project }) => {
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '協定の内容を変える' }).click();
  await page.getByLabel(/^始まる日/).fill(project.name === 'phone' ? '2029-04-01' : '2029-10-01');
  await page.getByLabel(/^施設のある市町の住民が先に予約できる日数/).fill('7');
  await looked(page, 'changes-compact');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  const address = new URL(page.url()).pathname;
  const other = await another(browser);
  await new Door(other).signedIn(officerOfSakaiminato);
  await new Frame(other).open(address);
  await other.locator('summary', { hasText: '差し戻す' }).click();
  await other.getByRole('textbox', { name: /^差し戻す理由/ }).fill('住民への説明のあとにしてください。');
  await looked(other, 'changes-compact-decline');
  await other.getByRole('button', { name: '差し戻す' }).click();
  await expect(other.getByText('差し戻しました。')).toBeVisible();
  await page.reload();
  await expect(page.getByText('住民への説明のあとにしてください。')).toBeVisible();
  await looked(page, 'changes-compact-declined');
});

test('a facility changes from a day on: mistakes stand at their field, more places take another officer', async ({ page, browser }, { project }) => {
  test.slow();
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '施設の情報を変える・施設を開く' }).click();
  await page.locator('#changes-facility').selectOption({ index: 2 });
  const name = await page.locator('#rule-facility-name').inputValue();
  // Each size of the journey at a day of its own: both are of one world.
  await page.locator('#rule-facility-valid_from').fill(project.name === 'phone' ? '2030-06-01' : '2031-06-01');
  await page.locator('#rule-facility-phone').fill('110');
  await page.locator('#rule-facility-latitude').fill('133.3');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await expect(page.locator('#rule-facility-phone')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('日本の中の位置で入力してください', { exact: false }).first()).toBeVisible();
  await expect(page.getByRole('button', { name: '起案する' })).toHaveAttribute('aria-disabled', 'true');
  await looked(page, 'changes-facility-wrong');
  await page.locator('#rule-facility-phone').fill('0859-99-0123');
  await page.locator('#rule-facility-latitude').fill('35.45');
  await page.locator('#rule-facility-longitude').fill('133.33');
  await page.locator('#rule-facility-capacity').fill(project.name === 'phone' ? '123' : '124');
  await page.locator('#rule-facility-ages').fill('1歳～5歳');
  await expect(page.getByText('直すところがあります')).toHaveCount(0);
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  const impact = page.getByRole('region', { name: '影響' });
  await expect(impact.getByText('0859-99-0123')).toBeVisible();
  await expect(impact.getByText('対象や利用できる量が変わります。')).toBeVisible();
  await looked(page, 'changes-facility-preview');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  const address = new URL(page.url()).pathname;
  const second = await another(browser);
  await new Door(second).signedIn(secondOfficerOfYonago);
  await new Frame(second).open('/office/changes');
  await expect(second.locator(`a[href="${address}"]`)).toContainText(name);
  await second.locator(`a[href="${address}"]`).click();
  await looked(second, 'changes-facility-to-agree');
  await second.getByRole('button', { name: '確認して登録する' }).click();
  await expect(second.getByText('確認して、登録しました。')).toBeVisible();
  await second.getByRole('button', { name: '取り消す' }).click();
  await expect(second.getByText('取り消しました。')).toBeVisible();
});

test('a facility that closes shows who is booked after its last day, and is withdrawn', async ({ page }, { project }) => {
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '施設を閉じる' }).click();
  await page.locator('#rule-closing-last_day').fill('2026-01-05');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await page.locator('#rule-closing-last_day').fill(project.name === 'phone' ? '2032-03-31' : '2033-03-31');
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(page.getByRole('region', { name: '影響' }).getByText('切り替わった後の枠と予約はありません。')).toBeVisible();
  await looked(page, 'changes-closing');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  await page.getByRole('button', { name: '取り下げる' }).click();
  await expect(page.getByText('取り下げました。')).toBeVisible();
  await looked(page, 'changes-closing-withdrawn');
});

test('the city hall and the words of a notice change on a day, and are taken back before it', async ({ page }, { project }) => {
  test.slow();
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '市町の情報を変える' }).click();
  await page.locator('#rule-city-valid_from').fill(project.name === 'phone' ? '2030-07-01' : '2031-07-01');
  await page.locator('#rule-city-latitude').fill('35.43');
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  await expect(page.getByText('予約や料金には関わりません。')).toBeVisible();
  await looked(page, 'changes-city');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('登録しました。')).toBeVisible();
  await page.getByRole('button', { name: '取り消す' }).click();
  await expect(page.getByText('取り消しました。')).toBeVisible();

  await new Frame(page).open('/office/notices/booking.confirmed?language=ja');
  await page.locator('#notice-title').fill('予約が決まりました');
  await page.locator('#notice-from').fill(project.name === 'phone' ? '2030-08-01' : '2031-08-01');
  await page.getByRole('button', { name: 'この文面を公開する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '改正の内容' })).toBeVisible();
  await expect(page.getByText('架空のご家庭に届く文面です。')).toBeVisible();
  await looked(page, 'changes-wording');
  await page.getByRole('button', { name: '取り消す' }).click();
  await expect(page.getByText('取り消しました。')).toBeVisible();
});

test('periods of retention change from a day on, with what would be erased on it, by two officers', async ({ page, browser }, { project }) => {
  test.slow();
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/changes');
  await page.getByRole('link', { name: '保存期間を改める' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '保存期間を改める' })).toBeVisible();
  await looked(page, 'changes-periods-form');
  const months = page.locator('#rule-rules-periods-0-months');
  await months.fill('0');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await expect(months).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('button', { name: '起案する' })).toHaveAttribute('aria-disabled', 'true');
  await looked(page, 'changes-periods-wrong');
  // Each size of the journey at a day of its own: both are of one world.
  await page.locator('#rule-rules-valid_from').fill(project.name === 'phone' ? '2030-09-01' : '2031-09-01');
  await months.fill('7');
  await expect(page.getByText('直すところがあります')).toHaveCount(0);
  await page.getByRole('button', { name: '影響を確かめる' }).click();
  const impact = page.getByRole('region', { name: '影響' });
  await expect(impact.getByRole('row', { name: /7か月/ })).toBeVisible();
  await looked(page, 'changes-periods-preview');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。別の職員の確認を待っています。')).toBeVisible();
  await expect(page.getByRole('button', { name: '確認して登録する' })).toHaveCount(0);
  const address = new URL(page.url()).pathname;
  const second = await another(browser);
  await new Door(second).signedIn(secondOfficerOfYonago);
  await new Frame(second).open(address);
  await looked(second, 'changes-periods-to-agree');
  await second.getByRole('button', { name: '確認して登録する' }).click();
  await expect(second.getByText('確認して、登録しました。')).toBeVisible();
  // What holds today is what held before.
  await new Frame(second).open('/office/retention');
  await expect(second.getByRole('row', { name: /7か月/ })).toHaveCount(0);
  await new Frame(second).open(address);
  await second.getByRole('button', { name: '取り消す' }).click();
  await expect(second.getByText('取り消しました。')).toBeVisible();
});

test('a facility says from which day it opens, and after which it closes', async ({ page, browser }, { project }) => {
  const name = project.name === 'phone' ? 'なみうち保育園' : 'しおさい保育園';
  const facility = {
    source_id: `opening-${project.name}`,
    valid_from: '2030-04-01',
    name,
    kana: 'テスト',
    kind: 'licensed_nursery',
    latitude: 35.45,
    longitude: 133.33,
    capacity: 60,
    ages: '0歳～5歳',
    weekdays: '月～土',
  };
  const isThere = await change(browser, { kind: 'facility', facility });
  const found = await page.request.get(`/api/v1/facilities?q=${encodeURIComponent(name)}`);
  const id = (await found.json()).items[0].id as string;
  const frame = new Frame(page);
  await frame.open(`/facilities/${id}`);
  await expect(page.getByText('2030年4月1日（月）に開所します。')).toBeVisible();
  await looked(page, 'facility-opens');
  const closes = await change(browser, { kind: 'closing', closing: { facility_id: id, last_day: '2031-03-31' } });
  for (const locale of locales) {
    await frame.open(`/facilities/${id}`, locale);
    await expectAccessible(page);
  }
  await frame.open(`/facilities/${id}`);
  await expect(page.getByText('2031年3月31日（月）で閉所します。')).toBeVisible();
  await looked(page, 'facility-closes');
  await closes();
  await isThere();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name })).toHaveCount(0);
  await looked(page, 'facility-taken-back');
});
