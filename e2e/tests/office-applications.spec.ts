// A city's officers and the applications that the rules left open: one given back and granted, one that takes two officers, several at once,
// two at the same one, and who does not get in.
import { randomUUID } from 'node:crypto';
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, demoPassword, newFamily, send, staffOfUmineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door, type Person } from '../pages/accounts.page';
import { Frame, locales, tick } from '../pages/frame.page';

const officer = { email: 'office.yonago@example.jp', password: demoPassword };
const second = { email: 'office2.yonago@example.jp', password: demoPassword };
const officerOfSakaiminato = { email: 'office.sakaiminato@example.jp', password: demoPassword };
const queue = '/office/applications';
/** A picture of one point, as small as one can be. */
const paper = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

interface Begun {
  id: string;
  version: number;
  procedure: { terms: { declarations: { key: string }[] } };
}

interface Sent {
  id: string;
  number: string;
  api: APIRequestContext;
}

async function change(api: APIRequestContext, method: 'PATCH' | 'POST', path: string, etag: string | undefined, data?: object) {
  const headers = { 'If-Match': etag ?? '', 'Idempotency-Key': randomUUID() };
  const answer = await api.fetch(`/api/v1${path}`, { method, headers, data });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer;
}

/** A family whose residence nobody has confirmed applies: the rules leave it to an officer. */
async function applied(browser: Browser, name: string, procedure = 'open_nursery_certification', guardian?: string): Promise<Sent> {
  const api = (await another(browser)).request;
  const child = await newFamily(api, name, guardian);
  const is_relief = procedure === 'fee_relief';
  const begun = await send<Begun>(api, '/applications', { procedure, ...(is_relief ? {} : { child_id: child.id }) });
  const declared = begun.procedure.terms.declarations.map((one) => one.key);
  const answers = [is_relief ? { key: 'income_tax', value: '42000' } : { key: 'enrolled_in', value: 'none' }];
  const path = `/applications/${begun.id}`;
  await change(api, 'PATCH', path, `"v${begun.version}"`, { answers, declared });
  if (is_relief) {
    const headers = {
      'Content-Type': 'image/png',
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent('課税証明書.png')}`,
      'Idempotency-Key': randomUUID(),
    };
    const added = await api.post(`/api/v1${path}/attachments?requirement=tax_certificate`, { headers, data: paper });
    expect(added.ok(), await added.text()).toBe(true);
  }
  const filled = await api.get(`/api/v1${path}`);
  const sent = await (await change(api, 'POST', `${path}/submit`, filled.headers().etag)).json();
  expect(sent.state.kind).toBe('in_review');
  return { id: sent.id, number: sent.number, api };
}

/** How the family sees its application. */
async function seen({ api, id }: Sent) {
  return (await api.get(`/api/v1/applications/${id}`)).json();
}

/** An officer who has gone through the door, to the first page of officers. */
async function entered(page: Page, person: Person = officer): Promise<void> {
  await new Door(page).signedIn(person);
  await expect(page.getByRole('heading', { level: 1, name: '今日、対応が必要なこと' })).toBeVisible();
}

/** Another officer at a device of their own. */
async function signedIn(browser: Browser, person: Person): Promise<Page> {
  const page = await another(browser);
  await entered(page, person);
  return page;
}

/** Looks at a page as it stands. */
async function looked(page: Page, name: string): Promise<void> {
  await new Frame(page).ready();
  await expectAccessible(page);
  await picture(page, name);
}

test('an officer finds what is open, gives it back, and certifies the child by a document', async ({ page, browser }) => {
  test.slow();
  const frame = new Frame(page);
  const sent = await applied(browser, '弓浜 なぎさ');
  await entered(page);
  for (const locale of locales) {
    await frame.open(queue, locale);
    await expect(page.getByText(sent.number)).toBeVisible();
    await expectAccessible(page);
  }
  await frame.open(queue);
  await looked(page, 'office-applications');
  await page.getByRole('row').filter({ hasText: sent.number }).getByRole('link').click();
  await expect(page.getByRole('heading', { name: '確認が必要な点' })).toBeVisible();
  await looked(page, 'office-application');
  await tick(page.getByRole('radio', { name: '差し戻す' }));
  await page.getByRole('button', { name: '差し戻す' }).click();
  await expect(page.getByText('直していただく項目と内容を入力してください。').first()).toBeVisible();
  await page.locator('#comment-0').fill('在籍している園の名前をご確認ください。');
  await looked(page, 'office-application-return');
  await page.getByRole('button', { name: '差し戻す' }).click();
  await expect(page.getByText('申請を差し戻しました。')).toBeVisible();
  await expect(page.getByText('差し戻し中は停止')).toBeVisible();
  await expect(page.getByText('在籍している園の名前をご確認ください。')).toBeVisible();
  await looked(page, 'office-application-returned');
  // The family sends it again, without filling it in anew.
  const back = await sent.api.get(`/api/v1/applications/${sent.id}`);
  expect((await back.json()).comments[0].words).toContain('園の名前');
  await change(sent.api, 'POST', `/applications/${sent.id}/submit`, back.headers().etag);
  await frame.open(queue);
  await page.getByRole('row').filter({ hasText: sent.number }).getByRole('link').click();
  await tick(page.getByRole('radio', { name: '承認する' }));
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByText('理由を入力してください。').first()).toBeVisible();
  await tick(page.getByRole('checkbox', { name: '住所を証する書類を確認しました' }));
  // A note for colleagues takes nothing from what is being decided.
  await page.getByText('引き継ぎメモを書く').click();
  await page.locator('#note-words').fill('住民票の写しを窓口で見ました。');
  await page.getByRole('button', { name: 'メモを保存する' }).click();
  await expect(page.getByText('引き継ぎメモを保存しました。')).toBeVisible();
  await expect(page.getByRole('radio', { name: '承認する' })).toBeChecked();
  await looked(page, 'office-application-grant');
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByText('決定しました。')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  expect((await seen(sent)).state.kind).toBe('granted');
  await looked(page, 'office-application-decided');
});

test('what takes two officers is proposed by one, sent back once, and decided by the other', async ({ page, browser }) => {
  test.slow();
  const sent = await applied(browser, '弓浜 さざなみ', 'fee_relief');
  const path = `${queue}/${sent.id}`;
  await entered(page);
  await page.goto(path);
  await expect(page.getByRole('link', { name: '課税証明書.png' })).toBeVisible();
  await tick(page.getByRole('radio', { name: '承認する' }));
  await tick(page.getByRole('checkbox', { name: '住所を証する書類を確認しました' }));
  await page.locator('#words').fill('課税証明書の金額を確認しました。');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('別の職員の決裁を待ちます。').first()).toBeVisible();
  await expect(page.getByRole('button', { name: '決裁する' })).toHaveCount(0);
  await looked(page, 'office-application-proposed');
  expect((await seen(sent)).state.proposed).toBeUndefined();
  const other = await signedIn(browser, second);
  await other.goto(path);
  await expect(other.getByText('課税証明書の金額を確認しました。')).toBeVisible();
  await expect(other.getByRole('radio', { name: '承認する' })).toHaveCount(0);
  await other.getByText('起案を差し戻す').first().click();
  await other.locator('#check-words').fill('課税年度も書いてください。');
  await looked(other, 'office-application-check');
  await other.getByRole('button', { name: '起案を差し戻す' }).click();
  await expect(other.getByText('起案した職員に差し戻しました。')).toBeVisible();
  await page.reload();
  await expect(page.getByText('課税年度も書いてください。').first()).toBeVisible();
  await tick(page.getByRole('radio', { name: '承認する' }));
  await tick(page.getByRole('checkbox', { name: '住所を証する書類を確認しました' }));
  await page.locator('#words').fill('令和8年度の課税証明書の金額を確認しました。');
  await page.getByRole('button', { name: '起案する' }).click();
  await expect(page.getByText('起案しました。').first()).toBeVisible();
  await other.reload();
  await other.getByRole('button', { name: '決裁する' }).click();
  await expect(other.getByText('決定しました。')).toBeVisible();
  const decision = (await seen(sent)).state.decision;
  expect(decision.words).toBe('令和8年度の課税証明書の金額を確認しました。');
});

test('an officer decides several at once, and one that a colleague has decided meanwhile stays as it is', async ({ page, browser }) => {
  test.slow();
  const frame = new Frame(page);
  const names = ['弓浜 いちか', '弓浜 ふたば', '弓浜 みつば'];
  const all = await Promise.all(names.map((name) => applied(browser, name)));
  const [first, , third] = all;
  if (!first || !third) throw new Error('three applications');
  await entered(page);
  await frame.open(queue);
  for (const sent of all) await page.getByLabel(`受付番号${sent.number}を選ぶ`).check();
  const other = await signedIn(browser, second);
  await other.goto(`${queue}/${third.id}`);
  await tick(other.getByRole('radio', { name: '却下する' }));
  await other.locator('#words').fill('住所を確認できませんでした。');
  await other.getByRole('button', { name: '決定する' }).click();
  await expect(other.getByText('決定しました。')).toBeVisible();
  await tick(page.getByRole('radio', { name: '承認する' }));
  await page.getByRole('button', { name: 'まとめて決める' }).click();
  await expect(page.getByText('理由を入力してください。')).toBeVisible();
  await page.locator('#bulk-words').fill('窓口で住民票を確認しました。');
  await looked(page, 'office-applications-bulk');
  await page.getByRole('button', { name: 'まとめて決める' }).click();
  await expect(page.getByRole('heading', { name: 'まとめて処理した結果' })).toBeFocused();
  await expect(page.getByText('処理していません')).toHaveCount(1);
  await expect(page.getByText('ほかの画面で先に変更されています。')).toBeVisible();
  await looked(page, 'office-applications-bulk-done');
  const words = await Promise.all(all.map(async (sent) => (await seen(sent)).state.decision.words));
  expect(words).toEqual(['窓口で住民票を確認しました。', '窓口で住民票を確認しました。', '住所を確認できませんでした。']);
  await page.locator('#queue-state').selectOption('granted');
  await expect(page.getByText(first.number)).toHaveCount(1);
  await expect(page.getByText('当日に決定').first()).toBeVisible();
  await page.getByText('決定までの時間').first().click();
  // Figures of all that was decided on this server, what was decided just now included.
  await expect(page.getByRole('row', { name: /職員が決定 ([3-9]|\d\d)/ })).toBeVisible();
  await looked(page, 'office-applications-figures');
});

test('a residence that is confirmed at the counter leaves nothing open', async ({ page, browser }) => {
  const guardian = '崎津 なおこ';
  const sent = await applied(browser, '弓浜 こなみ', undefined, guardian);
  await entered(page);
  await page.goto('/office/households');
  await page.getByRole('searchbox').fill(guardian);
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: /弓浜 こなみ/ }).click();
  await expect(page.locator('#chosen-family')).toBeFocused();
  await page.getByRole('button', { name: 'はがきの確認コードを発行する' }).click();
  await expect(page.locator('.banner .number')).toHaveText(/\S{8,}/);
  await looked(page, 'office-residence-letter');
  await page.getByRole('button', { name: '窓口で確認した' }).click();
  await page.getByRole('button', { name: '確認したと記録する' }).click();
  await expect(page.getByText('市の窓口で確認')).toBeVisible();
  await expect(page.getByRole('heading', { name: '住所の確認' })).toBeFocused();
  await page.goto(`${queue}/${sent.id}`);
  await expect(page.getByText('いま分かっている内容では、確認が必要な点はありません。')).toBeVisible();
  await tick(page.getByRole('radio', { name: '承認する' }));
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByText('決定しました。')).toBeVisible();
  expect((await seen(sent)).state.kind).toBe('granted');
});

test('two officers at one application lose nothing, nor does one whose connection breaks', async ({ page, browser }) => {
  const sent = await applied(browser, '弓浜 しぶき');
  const path = `${queue}/${sent.id}`;
  await entered(page);
  await page.goto(path);
  await tick(page.getByRole('radio', { name: '却下する' }));
  await page.locator('#words').fill('転入の届出がまだです。');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByRole('alert').getByText(/サーバーにつながりません/).first()).toBeVisible();
  await page.context().setOffline(false);
  const other = await signedIn(browser, second);
  await other.goto(path);
  await tick(other.getByRole('radio', { name: '差し戻す' }));
  await other.locator('#comment-0').fill('もう一度ご確認ください。');
  await other.getByRole('button', { name: '差し戻す' }).click();
  await expect(other.getByText('申請を差し戻しました。')).toBeVisible();
  const back = await sent.api.get(`/api/v1/applications/${sent.id}`);
  await change(sent.api, 'POST', `/applications/${sent.id}/submit`, back.headers().etag);
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByText('ほかの画面で先に変更されています。')).toBeVisible();
  await looked(page, 'office-application-stale');
  await page.getByRole('button', { name: /最新の内容を表示する/ }).click();
  await expect(page.getByText('ほかの画面で先に変更されています。')).toHaveCount(0);
  await expect(page.locator('#words')).toHaveValue('転入の届出がまだです。');
  await page.getByRole('button', { name: '決定する' }).click();
  await expect(page.getByText('決定しました。')).toBeVisible();
  expect((await seen(sent)).state.decision.words).toBe('転入の届出がまだです。');
});

test('an application is shown to nobody but the officers of its city', async ({ page, browser }) => {
  const sent = await applied(browser, '弓浜 しずく');
  const family = await another(browser);
  await family.goto('/');
  await newFamily(family.request);
  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  await expect(staff).toHaveURL(/staff/);
  for (const person of [family, staff]) {
    await person.goto(`${queue}/${sent.id}`);
    await expect(person.getByRole('heading', { level: 1 })).toHaveText('この画面は開けません');
    await expect(person.getByText('弓浜 しずく')).toHaveCount(0);
  }
  await entered(page, officerOfSakaiminato);
  await page.goto(`${queue}/${sent.id}`);
  await expect(page.getByRole('alert').or(page.locator('.banner')).first()).toBeVisible();
  await expect(page.getByText('弓浜 しずく')).toHaveCount(0);
  await looked(page, 'office-application-missing');
});
