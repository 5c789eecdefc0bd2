// A vendor's program: an officer registers it, a facility says what it may do, it works with its token, and is stopped at once.
import type { APIRequestContext, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, officerOfYonago, staffOfUmineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame, tick } from '../pages/frame.page';

async function looked(page: Page, name: string): Promise<void> {
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, name);
}

/** What a program does: it asks for a token as curl would. */
async function token(api: APIRequestContext, id: string, secret: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await api.post('/api/v1/oauth/token', {
    form: { grant_type: 'client_credentials' },
    headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
  });
  return { status: answer.status(), body: await answer.json() };
}

test('an officer registers a system, a facility grants, it works, and is stopped at once', async ({ page, browser, playwright, baseURL }, { project }) => {
  test.slow();
  const name = `ほいくノート ${project.name}`;
  await new Door(page).signedIn(officerOfYonago);
  const frame = new Frame(page);
  await frame.open('/office/clients');
  await expect(page.getByRole('heading', { level: 1, name: '連携システム' })).toBeVisible();
  await page.getByLabel('システムの名前').fill(name);
  await page.getByLabel('連絡先メールアドレス').fill('だれか');
  await page.getByRole('button', { name: '登録する' }).click();
  await expect(page.locator('#client-contact-error')).toBeVisible();
  await looked(page, 'clients-office-list');
  await page.getByLabel('連絡先メールアドレス').fill('api@vendor.example');
  await page.getByRole('button', { name: '登録する' }).click();
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
  await page.getByRole('button', { name: 'シークレットを発行する' }).click();
  const secret = await page.locator('#client-secret').inputValue();
  const id = await page.locator('#client-id').inputValue();
  expect(secret).toMatch(/^ygs_.{43}$/);
  await looked(page, 'clients-office-secret');

  // Nothing is granted yet.
  const api = await playwright.request.newContext({ baseURL });
  expect(await token(api, id, secret)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });

  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  await new Frame(staff).open('/staff/clients');
  await looked(staff, 'clients-staff-list');
  await staff.getByRole('link', { name }).click();
  await tick(staff.getByRole('checkbox', { name: '枠と空きを見る' }));
  await tick(staff.getByRole('checkbox', { name: /予約を見る/ }));
  await staff.getByRole('button', { name: 'この内容で許可する' }).click();
  await expect(staff.getByText('許可の内容を保存しました。')).toBeVisible();
  await expect(staff.getByRole('button', { name: '許可を取り消す' })).toBeVisible();

  const given = await token(api, id, secret);
  expect(given).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'slots:read bookings:read' } });
  const headers = { Authorization: `Bearer ${given.body.access_token}` };
  const read = await api.get('/api/v1/bookings?limit=5', { headers });
  expect(read.status(), await read.text()).toBe(200);
  expect(read.headers()['ratelimit-policy']).toBe('"client";q=600;w=60');
  // What families gave is not granted.
  for (const { child } of (await read.json()).items) expect(child.name).toBe('');
  expect((await api.get('/api/v1/staff/today', { headers })).status()).toBe(403);

  await new Frame(staff).open('/staff/clients');
  await staff.getByRole('link', { name }).click();
  await expect(staff.getByRole('row', { name: /予約の一覧を見る/ })).toBeVisible();
  await looked(staff, 'clients-staff-one');
  await staff.getByRole('button', { name: '許可を取り消す' }).click();
  await expect(staff.getByText('許可を取り消しました。')).toBeVisible();
  const ended = await api.get('/api/v1/bookings', { headers });
  expect(ended.status()).toBe(401);
  expect(ended.headers()['www-authenticate']).toBe('Bearer error="invalid_token"');

  // The officer revokes the whole system.
  await frame.open(`/office/clients/${id}`);
  await expect(page.locator('#client-secret')).toHaveCount(0);
  await looked(page, 'clients-office-one');
  await page.locator('summary', { hasText: 'システムの登録を取り消す' }).click();
  await page.getByRole('button', { name: 'システムの登録を取り消す' }).click();
  await expect(page.getByText('システムの登録を取り消しました。')).toBeVisible();
  expect(await token(api, id, secret)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  await api.dispose();
});
