// Who it is: the card instead of a password, what it proves, and everything that can go wrong on the way.
import { expectAccessible } from '../fixtures/axe';
import { sakaiminato, send, stranger, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testWithProvider as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';
import type { Page } from '@playwright/test';

/** Signs in at the provider as this person. */
async function atProvider(page: Page, person: string): Promise<void> {
  await page.locator('input[name=login]').fill(person);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function residentWithPassword(page: Page, municipality: string): Promise<void> {
  await send(page.request, '/auth/register', {
    ...stranger(),
    name: '弓浜 みどり',
    kana: 'ゆみはま みどり',
    phone: '090-1234-5678',
    municipality,
    locale: 'ja',
  });
}

test('a resident registers with the card, types nothing that the card knows, and comes back with it', async ({ page }) => {
  const frame = new Frame(page);
  await new Door(page).open();
  await expectAccessible(page);
  await picture(page, 'sign-in-with-card');
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await atProvider(page, 'hanako');
  await expect(page).toHaveURL(/\/register\/verified/);
  await frame.ready();
  for (const known of ['弓浜 花子', '鳥取県米子市加茂町一丁目1番地', yonago.name]) {
    await expect(page.getByRole('main').getByText(known, { exact: true }).first()).toBeVisible();
  }
  await expectAccessible(page);
  await picture(page, 'register-with-card');
  await page.getByRole('textbox', { name: 'ふりがな' }).fill('ゆみはま はなこ');
  await page.getByRole('textbox', { name: '電話番号' }).fill('090-1234-5678');
  await page.getByRole('textbox', { name: 'メールアドレス' }).fill(stranger().email);
  await page.getByRole('button', { name: '登録する' }).click();
  await expect(page).toHaveURL(/\/family\/children\/new/);
  await frame.open('/residence');
  await expect(page.getByText('米子市にお住まいであることを確認しました。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'residence-proven');
  await frame.open('/menu');
  await page.getByRole('main').getByRole('button', { name: 'ログアウト' }).click();
  await expect(page.getByText('ログアウトしました。').first()).toBeVisible();
  await new Door(page).open();
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await expect(page).toHaveURL(/127\.0\.0\.1:\d+\/$/);
  await frame.open('/family');
  await expect(page.getByRole('main').getByText('弓浜 花子').first()).toBeVisible();
});

test('a family is asked before the card changes what it says', async ({ page }) => {
  const frame = new Frame(page);
  await residentWithPassword(page, sakaiminato.code);
  await frame.open('/residence');
  await expectAccessible(page);
  await picture(page, 'residence-unproven');
  await page.getByRole('button', { name: 'マイナンバーカードで確認する' }).click();
  await atProvider(page, 'hanako');
  await expect(page.getByText('カードの内容と登録内容が違います')).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'residence-differs');
  await page.getByRole('button', { name: 'カードの住所の市に変更する' }).click();
  await expect(page.getByText('米子市にお住まいであることを確認しました。')).toBeVisible();
  const family = await (await page.request.get('/api/v1/family')).json();
  expect([family.municipality, family.guardian_name]).toEqual([yonago.code, '弓浜 みどり']);
});

test('whoever turns back at the provider, or comes with an old answer, is told and led on', async ({ page }) => {
  const frame = new Frame(page);
  await new Door(page).open();
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await page.getByText('[ Cancel ]').click();
  await expect(page.getByText('本人確認は中止されました。')).toBeVisible();
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'card-cancelled');
  await frame.open('/sign_in/return?code=old&state=old');
  await expect(page.getByText(/時間切れになったか/)).toBeVisible();
});

test('where the provider does not answer, the page says so and keeps the other way in', async ({ page, provider }) => {
  const door = new Door(page);
  await provider.leave();
  await door.open();
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await expect(page.getByText(/本人確認のサービスから応答がありません/)).toBeVisible();
  await expect(door.email()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'provider-down');
});

test.describe('with a provider that signs with RSA', () => {
  test.use({ algorithm: 'RS256' });

  test('a resident of the other city is one of the other city', async ({ page }) => {
    await residentWithPassword(page, sakaiminato.code);
    await new Frame(page).open('/residence');
    await page.getByRole('button', { name: 'マイナンバーカードで確認する' }).click();
    await atProvider(page, 'sora');
    await expect(page.getByText('境港市にお住まいであることを確認しました。')).toBeVisible();
  });
});

test('a person sees the own devices, ends another one, and changes the password', async ({ page, browser, baseURL }) => {
  const person = stranger();
  await send(page.request, '/auth/register', { ...person, name: '弓浜 みどり', kana: 'ゆみはま みどり', phone: '090-1234-5678', municipality: yonago.code, locale: 'ja' });
  const other = await browser.newContext({ baseURL });
  await send(other.request, '/auth/login', person);
  await new Frame(page).open('/account');
  await expect(page.getByText('この端末', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'account');
  await page.getByRole('button', { name: /^ログアウトさせる/ }).click();
  await expect(page.getByText('その端末をログアウトさせました。')).toBeVisible();
  expect((await other.request.get('/api/v1/me')).status()).toBe(401);
  await page.getByLabel('いまのパスワード').fill(person.password);
  await page.getByLabel('新しいパスワード').fill('hamabe-no-yuugata-2027');
  await page.getByRole('button', { name: 'パスワードを変更する' }).click();
  await expect(page.getByText('パスワードを変更しました。').first()).toBeVisible();
  await other.close();
});
