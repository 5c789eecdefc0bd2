// Notices on a device: turned on, tried, shown, opened and ended; and whatever a browser can be like that cannot.
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { send, stranger, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, type PushService, testWithPush as test } from '../fixtures/server';
import { Frame } from '../pages/frame.page';

const turnOn = (page: Page) => page.getByRole('button', { name: 'この端末で通知を受け取る' });
const cards = (page: Page) => page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('button', { name: /^この端末を外す/ }) });

async function newFamily(page: Page): Promise<{ email: string; password: string }> {
  const { email, password } = stranger();
  await send(page.request, '/auth/register', {
    email,
    password,
    name: '弓浜 みどり',
    kana: 'ゆみはま みどり',
    phone: '090-1234-5678',
    municipality: yonago.code,
    locale: 'ja',
  });
  return { email, password };
}

/** No push service of a browser's maker can be reached from here: the browser says instead that it is reached at ours. */
async function reachedAt(page: Page, service: PushService): Promise<void> {
  await page.addInitScript((subscription) => {
    const known = () => sessionStorage.getItem('subscribed');
    const own = {
      toJSON: () => ({ ...subscription, expirationTime: null }),
      unsubscribe: async () => {
        sessionStorage.removeItem('subscribed');
        return true;
      },
    };
    Object.assign(PushManager.prototype, {
      getSubscription: async () => (known() ? own : null),
      subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
        if (applicationServerKey.length !== 87) throw new Error('no key of a server');
        sessionStorage.setItem('subscribed', 'yes');
        return own;
      },
    });
  }, service.subscription('/201/device'));
}

async function deliver(page: Page, origin: string, message: object): Promise<void> {
  // To a worker that is still being installed nothing is delivered.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const browser = await page.context().newCDPSession(page);
  const known = new Promise<string>((resolve) =>
    browser.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const living = registrations.filter(({ isDeleted, scopeURL }) => !isDeleted && scopeURL.startsWith(origin));
      const latest = living.sort((a, b) => Number(b.registrationId) - Number(a.registrationId))[0];
      if (latest) resolve(latest.registrationId);
    }),
  );
  await browser.send('ServiceWorker.enable');
  await browser.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await known, data: JSON.stringify(message) });
}

const shown = (page: Page) =>
  page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body }) => ({ title, body }));
  });

test('a family turns notices on, sees one arrive, opens it, and ends them', async ({ page, pushService, baseURL }) => {
  const frame = new Frame(page);
  const origin = baseURL ?? '';
  await page.context().grantPermissions(['notifications'], { origin });
  await reachedAt(page, pushService);
  await newFamily(page);
  await frame.open('/notices/devices');
  await expect(page.getByText('通知が届く端末はまだありません。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'devices-off');

  await turnOn(page).click();
  await expect(page.getByText('この端末で通知を受け取れるようになりました。').first()).toBeVisible();
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toContainText('いま使っている端末');
  await expect(cards(page)).toContainText('まだ通知を送っていません');
  await expect(turnOn(page)).toHaveCount(0);

  await page.getByRole('button', { name: /^試しに送る/ }).click();
  await expect(page.getByText('試しの通知を送りました。').first()).toBeVisible();
  await expect(cards(page)).toContainText('最後に通知を送れた日時');
  await expectAccessible(page);
  await picture(page, 'devices-on');

  // What reached the device is what the worker shows.
  const { message } = await pushService.next();
  // What a busy browser drops is delivered once more.
  await expect(async () => {
    if ((await shown(page)).length === 0) await deliver(page, origin, message);
    await expect.poll(() => shown(page), { timeout: 10_000 }).toEqual([{ title: '通知は正しく届いています', body: '試しの通知です。何もする必要はありません。' }]);
  }).toPass({ timeout: 60_000 });

  // The number beside the bell follows in the window that is open, without a look away.
  const counted = '**/api/v1/notices/unread_count';
  await page.route(counted, (route) => route.fulfill({ json: { unread: 3 } }));
  await deliver(page, origin, message);
  await expect(page.getByRole('navigation').getByRole('link', { name: /^お知らせ ?（未読3件）$/ }).first()).toBeVisible();
  await page.unroute(counted);

  // It opens the page in the window that is open.
  await frame.open('/menu');
  const [worker] = page.context().serviceWorkers();
  await worker?.evaluate(async () => {
    const scope = globalThis as unknown as { registration: ServiceWorkerRegistration; dispatchEvent(event: Event): boolean };
    const [notification] = await scope.registration.getNotifications();
    const make = globalThis as unknown as { NotificationEvent: new (kind: string, options: object) => Event };
    scope.dispatchEvent(new make.NotificationEvent('notificationclick', { notification }));
  });
  await expect(page).toHaveURL(`${origin}/notices/devices`);
  await frame.ready();
  expect(await shown(page)).toEqual([]);

  await page.getByRole('button', { name: /^この端末を外す/ }).click();
  await expect(page.getByText('この端末には、これから通知を送りません。').first()).toBeVisible();
  await expect(cards(page)).toHaveCount(0);
  await expect(turnOn(page)).toBeVisible();
});

test('who signs out gets no more notices on the device in hand', async ({ page, pushService, baseURL }, { project }) => {
  const frame = new Frame(page);
  await page.context().grantPermissions(['notifications'], { origin: baseURL ?? '' });
  await reachedAt(page, pushService);
  const own = await newFamily(page);
  await frame.open('/notices/devices');
  await turnOn(page).click();
  await expect(cards(page)).toHaveCount(1);
  await expect(page.getByText('この端末でログアウトすると、この端末へのお知らせは止まります。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'devices-until-sign-out');
  await frame.open('/menu');
  const place = project.name === 'phone' ? 'main' : 'banner';
  await page.getByRole(place).getByRole('button', { name: 'ログアウト' }).click();
  await expect(page.getByText('お知らせも止めました。').first()).toBeVisible();
  await picture(page, 'devices-signed-out');
  await send(page.request, '/auth/login', own);
  await frame.open('/notices/devices');
  await expect(page.getByText('通知が届く端末はまだありません。')).toBeVisible();
});

test('a browser that was told no, that cannot, or that only can from the home screen, is told what to do', async ({ page }) => {
  const frame = new Frame(page);
  await newFamily(page);
  for (const [name, words, change] of [
    ['refused', '通知が許可されていません', () => Object.defineProperty(Notification, 'permission', { value: 'denied' })],
    ['no-support', 'このブラウザーでは通知を受け取れません', () => Reflect.deleteProperty(window, 'PushManager')],
    [
      'home-screen',
      '先に、ホーム画面に追加してください',
      () => {
        Reflect.deleteProperty(window, 'PushManager');
        Object.defineProperty(navigator, 'userAgent', { value: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15' });
      },
    ],
  ] as const) {
    const other = await page.context().newPage();
    await other.addInitScript(change);
    await new Frame(other).open('/notices/devices');
    await expect(other.getByText(words)).toBeVisible();
    await expect(turnOn(other)).toHaveCount(0);
    await expectAccessible(other);
    await picture(other, `devices-${name}`);
    await other.close();
  }
  await frame.open('/menu');
});
