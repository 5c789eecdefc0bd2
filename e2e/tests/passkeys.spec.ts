// Coming back with a passkey: added, used, removed, and whatever a device can refuse.
import type { CDPSession, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { demoPassword, send, staffOfUmineko, stranger, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testWithProvider as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

test.use({ host: 'localhost' });

/** A device that keeps passkeys; its owner shows who she is, or does not. */
class Device {
  private constructor(
    private readonly browser: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<Device> {
    const browser = await page.context().newCDPSession(page);
    await browser.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await browser.send('WebAuthn.addVirtualAuthenticator', { options });
    return new Device(browser, authenticatorId);
  }

  async knowsItsOwner(isUserVerified: boolean): Promise<void> {
    await this.browser.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }

  async passkeys(): Promise<number> {
    const { credentials } = await this.browser.send('WebAuthn.getCredentials', { authenticatorId: this.authenticatorId });
    return credentials.length;
  }
}

const comeBack = (page: Page) => page.getByRole('button', { name: 'パスキーでログイン' });
const mine = (page: Page) => page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('button', { name: /^削除する/ }) });

async function newFamily(page: Page): Promise<void> {
  await send(page.request, '/auth/register', {
    ...stranger(),
    name: '弓浜 みどり',
    kana: 'ゆみはま みどり',
    phone: '090-1234-5678',
    municipality: yonago.code,
    locale: 'ja',
  });
}

async function add(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'パスキーの名前' }).fill(name);
  await page.getByRole('button', { name: 'パスキーを追加する' }).click();
}

async function signOut(page: Page): Promise<void> {
  await new Frame(page).open('/menu');
  await page.getByRole('main').getByRole('button', { name: 'ログアウト' }).click();
  await expect(page.getByText('ログアウトしました。').first()).toBeVisible();
}

test('a family adds a passkey, comes back with it, and removes it', async ({ page }) => {
  const [frame, door, device] = [new Frame(page), new Door(page), await Device.of(page)];
  await newFamily(page);
  await frame.open('/account');
  await expect(page.getByText('パスキーはまだありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'passkeys-none');
  await add(page, '');
  await expect(page.getByRole('textbox', { name: 'パスキーの名前' })).toHaveAttribute('aria-invalid', 'true');
  await add(page, 'わたしのスマホ');
  await expect(page.getByText('パスキーを追加しました。次からはパスキーでログインできます。').first()).toBeVisible();
  await expect(mine(page)).toHaveCount(1);
  await expect(mine(page)).toContainText('わたしのスマホ');
  await expect(mine(page)).toContainText('まだ利用していません');
  expect(await device.passkeys()).toBe(1);
  await expectAccessible(page);
  await picture(page, 'passkeys-added');

  // The same device makes no second one.
  await add(page, 'もう一つ');
  await expect(page.getByText('この端末には、このアカウントのパスキーがすでにあります。')).toBeVisible();
  await expect(mine(page)).toHaveCount(1);
  await expectAccessible(page);

  await signOut(page);
  await page.goto('/bookings');
  await expect(page).toHaveURL(/\/sign_in\?next=/);
  await frame.ready();
  await expectAccessible(page);
  await picture(page, 'sign-in-with-passkey');
  await comeBack(page).click();
  await expect(page).toHaveURL(/\/bookings$/);
  await expect(page.getByRole('heading', { level: 1, name: '予約' })).toBeVisible();

  await frame.open('/account');
  await expect(mine(page)).toContainText('最後の利用：');
  await mine(page).getByRole('button', { name: '削除する わたしのスマホ' }).click();
  await expect(page.getByText(/パスキーを削除しました。/).first()).toBeVisible();
  await expect(mine(page)).toHaveCount(0);
  await signOut(page);
  await door.open();
  expect(await device.passkeys()).toBe(1);
  await comeBack(page).click();
  await expect(page.getByText(/このパスキーは登録されていません。/)).toBeVisible();
  await expect(door.email()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'passkey-removed');
});

test('a device that does not know who holds it opens nothing, and whoever turns back may try again', async ({ page }) => {
  const [frame, door, device] = [new Frame(page), new Door(page), await Device.of(page)];
  await newFamily(page);
  await frame.open('/account');
  await device.knowsItsOwner(false);
  await add(page, 'ロックのない端末');
  await expect(page.getByText(/パスキーの確認は完了していません。/)).toBeVisible();
  await expect(mine(page)).toHaveCount(0);
  await device.knowsItsOwner(true);
  await add(page, 'わたしのスマホ');
  await expect(mine(page)).toHaveCount(1);
  await signOut(page);

  await door.open();
  await device.knowsItsOwner(false);
  await comeBack(page).click();
  await expect(page.getByText(/パスキーの確認は完了していません。/)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'passkey-cancelled');
  await device.knowsItsOwner(true);
  // The browser's own window stands outside of the page; whoever closes it is told like this.
  await page.evaluate(() => {
    const { credentials } = navigator;
    const before = credentials.get.bind(credentials);
    credentials.get = async () => {
      credentials.get = before;
      throw new DOMException('closed', 'NotAllowedError');
    };
  });
  await comeBack(page).click();
  await expect(page.getByText(/パスキーの確認は完了していません。/)).toBeVisible();
  await comeBack(page).click();
  await expect(page).not.toHaveURL(/sign_in/);
});

test('who has no password is asked for a passkey when the session has ended, and keeps the last way in', async ({ page }) => {
  const frame = new Frame(page);
  await Device.of(page);
  await new Door(page).open();
  await page.getByRole('button', { name: 'マイナンバーカードでログインする' }).click();
  await page.locator('input[name=login]').fill('hanako');
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('textbox', { name: 'ふりがな' }).fill('ゆみはま はなこ');
  await page.getByRole('textbox', { name: '電話番号' }).fill('090-1234-5678');
  await page.getByRole('textbox', { name: 'メールアドレス' }).fill(stranger().email);
  await page.getByRole('button', { name: '登録する' }).click();
  await expect(page).toHaveURL(/\/family\/children\/new/);

  await frame.open('/account');
  await page.getByRole('button', { name: 'カードでのログインをやめる' }).click();
  await expect(page.getByText(/カードでのログインをやめると、ログインできなくなります。/).first()).toBeVisible();
  await add(page, 'わたしのスマホ');
  await expect(mine(page)).toHaveCount(1);
  await picture(page, 'passkeys-with-card');
  await page.getByRole('button', { name: 'カードでのログインをやめる' }).click();
  await expect(page.getByText(/カードでのログインをやめました。/).first()).toBeVisible();
  await mine(page).getByRole('button', { name: /^削除する/ }).click();
  await expect(page.getByText(/このパスキーを削除するとログインできなくなります。/).first()).toBeVisible();
  await expect(mine(page)).toHaveCount(1);

  await page.context().clearCookies();
  await mine(page).getByRole('button', { name: /^削除する/ }).click();
  const dialog = page.getByRole('dialog', { name: 'ログインの期限が切れました' });
  await expect(dialog).toBeVisible();
  await expect(dialog.locator('input')).toHaveCount(0);
  await expect(dialog.getByRole('link', { name: 'ログインの画面へ' })).toHaveAttribute('href', '/sign_in?next=%2Faccount');
  await expectAccessible(page);
  await picture(page, 'passkey-again');
  await dialog.getByRole('button', { name: 'パスキーでログイン' }).click();
  await expect(dialog).toBeHidden();
  await frame.open('/account');
  await expect(mine(page)).toContainText('最後の利用：');
});

test('staff come back with a passkey to where they belong', async ({ page }) => {
  const frame = new Frame(page);
  await Device.of(page);
  await new Door(page).signedIn({ ...staffOfUmineko, password: demoPassword });
  await frame.open('/staff/account');
  await add(page, '事務室のパソコン');
  await expect(mine(page)).toHaveCount(1);
  await expectAccessible(page);
  await picture(page, 'passkeys-staff');
  await page.context().clearCookies();
  await new Door(page).open();
  await comeBack(page).click();
  await expect(page).toHaveURL(/\/staff$/);
});

test('where there is no domain, nothing speaks of passkeys', async ({ page, baseURL }) => {
  const door = new Door(page);
  const bare = (baseURL ?? '').replace('localhost', '127.0.0.1');
  await page.goto(`${bare}/sign_in`);
  await door.frame.ready();
  await expect(door.email()).toBeVisible();
  await expect(comeBack(page)).toHaveCount(0);
});
