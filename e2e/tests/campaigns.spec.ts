// A city tells the families whom it concerns: one officer writes, another agrees, it is sent, families open it, and whoever does not is called.
// And a standing offer, begun from a starter and stopped again.
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, demoPassword, newFamily, officerOfYonago, secondOfficerOfYonago, send } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Frame } from '../pages/frame.page';

const operator = { email: 'bpo@example.jp', password: demoPassword };
const subject = 'きょうだいでの一時預かりのご案内';

/** A family of Yonago with four children, as no family of the demo world has. */
async function largeFamily(api: APIRequestContext, guardian: string): Promise<void> {
  await newFamily(api, '浜辺 いち', guardian);
  for (const [name, born] of [['浜辺 に', '2023-05-02'], ['浜辺 さん', '2021-08-20'], ['浜辺 よん', '2019-11-11']]) {
    await send(api, '/children', { name, kana: 'はまべ こども', born });
  }
}

const row = (page: Page, name: string): Locator => page.getByRole('row').filter({ has: page.getByRole('link', { name }) });

/** Opens a page until something is there: what the server does by itself comes a moment later. */
async function until(page: Page, path: string, there: Locator): Promise<void> {
  await expect(async () => {
    await new Frame(page).open(path);
    await expect(there).toBeVisible({ timeout: 10_000 });
  }).toPass({ timeout: 90_000 });
}

async function looked(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await picture(page, name);
}

/** More than two families take two officers, from today on. */
async function fourEyes(page: Page): Promise<void> {
  await new Frame(page).open('/office/campaigns/rules');
  await expect(page.getByText('市のきまりがまだないため')).toBeVisible();
  await looked(page, 'campaigns-rules');
  await page.locator('summary').getByText('新しいきまりを作る').click();
  await page.getByRole('textbox', { name: /^何世帯を超えたら/ }).fill('');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await looked(page, 'campaigns-rules-wrong');
  await page.getByRole('textbox', { name: /^何世帯を超えたら/ }).fill('2');
  await page.getByLabel(/^始まる日/).fill('2027-01-18');
  await page.getByRole('button', { name: '公開する' }).click();
  await expect(page.getByText('新しいきまりを公開しました。')).toBeVisible();
  await expect(page.getByText('2世帯を超えるとき')).toBeVisible();
}

async function writeCampaign(page: Page): Promise<void> {
  await page.getByRole('link', { name: '新しいご案内' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '新しいご案内' })).toBeVisible();
  await page.getByRole('textbox', { name: /^名称/ }).fill('きょうだいの多いご家庭');
  await page.getByRole('button', { name: /^追加 条件/ }).click();
  await page.getByRole('combobox', { name: /^条件(?!の)/ }).selectOption({ label: 'お子さんの人数' });
  await page.getByRole('textbox', { name: /^お子さんの人数（以上）/ }).fill('0');
  await expect(page.getByText('直すところがあります')).toBeVisible();
  await page.getByRole('textbox', { name: /^お子さんの人数（以上）/ }).fill('4');
  await expect(page.locator('.campaign-count')).toHaveText('5世帯');
  await expect(page.getByText('対象になるご家庭の例')).toBeVisible();
  await page.getByRole('textbox', { name: /^件名/ }).first().fill(subject);
  await page.getByRole('textbox', { name: /^本文/ }).first().fill('きょうだいを同じ施設で一度に預けられます。\n空きをご覧ください。');
  await page.getByRole('combobox', { name: /^次の一歩/ }).selectOption({ label: '空きの検索' });
  await page.getByRole('radio', { name: /^期限までに開封を確認する/ }).check();
  await page.getByRole('textbox', { name: /^開封の期限/ }).fill('3');
  await looked(page, 'campaigns-editor');

  // What is not saved yet survives that the page is loaded anew.
  await page.reload();
  await expect(page.getByText('保存していない書きかけの内容を表示しています。')).toBeVisible();
  await expect(page.getByRole('textbox', { name: /^件名/ }).first()).toHaveValue(subject);
  await page.getByRole('button', { name: '確認へ進む' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '配信前の確認' })).toBeVisible();
  await expect(page.locator('.campaign-count')).toHaveText('5世帯');
  await expect(page.getByText('別の職員の承認が必要です。')).toBeVisible();
  await looked(page, 'campaigns-check');
  await page.getByRole('button', { name: '起案する', exact: true }).click();
  await expect(page.getByText('別の職員の承認を待っています。').first()).toBeVisible();
  await expect(page.getByRole('button', { name: '承認する' })).toHaveCount(0);
  await looked(page, 'campaigns-proposed');
}

test('one officer writes, another agrees, families open it, and who does not is called', async ({ page, browser, house }) => {
  test.setTimeout(420_000);
  const families = [await another(browser), await another(browser), await another(browser), await another(browser), await another(browser)];
  const [second, bpo] = [await another(browser), await another(browser)];
  const everybody = [page, second, bpo, ...families];
  await house.at('2027-01-18T09:00:00+09:00', ...everybody);
  const names = ['浜辺 みお', '浜辺 れい', '浜辺 しお', '浜辺 なみ', '浜辺 いそ'];
  for (const [n, family] of families.entries()) await largeFamily(family.request, names[n]!);
  const [mio, rei, ...others] = families as [Page, Page, Page, Page, Page];

  await new Door(page).signedIn(officerOfYonago);
  await fourEyes(page);
  await new Frame(page).open('/office/campaigns');
  await looked(page, 'campaigns-all');
  await page.getByRole('combobox', { name: /^状態/ }).selectOption({ label: '停止' });
  await expect(page.getByText('この状態のご案内はありません。')).toBeVisible();
  await looked(page, 'campaigns-none');
  await writeCampaign(page);

  // Another officer sends nothing back today.
  await new Door(second).signedIn(secondOfficerOfYonago);
  await new Frame(second).open('/office/campaigns');
  await second.getByRole('link', { name: 'きょうだいの多いご家庭' }).click();
  await expect(second.locator('.campaign-count')).toHaveText('5世帯');
  await looked(second, 'campaigns-to-approve');
  await second.getByRole('button', { name: '承認する' }).click();
  await expect(second.getByText('承認しました。')).toBeVisible();
  await until(page, '/office/campaigns', row(page, 'きょうだいの多いご家庭').getByText('配信済み'));
  await expect(row(page, 'きょうだいの多いご家庭').getByText('5世帯に配信')).toBeVisible();
  await looked(page, 'campaigns-list');

  // Two read it in the app; the one next step opens the search, prefilled. Two more answer from elsewhere.
  for (const [family, name] of [[mio, 'campaigns-inbox'], [rei, 'campaigns-inbox-second']] as const) {
    const notice = family.getByRole('article').filter({ has: family.getByRole('heading', { name: subject }) });
    await until(family, '/notices', notice);
    await looked(family, name);
    await notice.getByRole('link', { name: /^空きを探す/ }).click();
    await expect(family).toHaveURL(/programme=.+&age=\d+/);
  }
  for (const family of others.slice(0, 2)) {
    const { items } = await (await family.request.get('/api/v1/notices')).json();
    await send(family.request, `/notices/${items[0].id}/open`, {});
  }
  await page.getByRole('link', { name: 'きょうだいの多いご家庭' }).click();
  await expect(page.getByText('5世帯のうち4世帯が開封')).toBeVisible({ timeout: 20_000 });
  await looked(page, 'campaigns-figures');

  // After the deadline the last one is to be called; the operator, to whom she is handed, closes it.
  await house.at('2027-01-23T10:00:00+09:00', ...everybody);
  await new Door(page).signedIn(officerOfYonago);
  await until(page, '/office/outreach', row(page, names[4]!));
  await expect(row(page, names[0]!)).toHaveCount(0);
  await page.getByRole('link', { name: '未開封のお知らせ' }).click();
  await expect(page.getByText(subject)).toBeVisible();
  await looked(page, 'outreach-unopened');
  await page.getByRole('link', { name: names[4]! }).click();
  await expect(page.getByText(subject).first()).toBeVisible();
  await page.locator('summary').getByText('BPOセンターに引き継ぐ').click();
  await page.getByRole('textbox', { name: /^引き継ぐ内容/ }).fill('お電話をお願いします。');
  await page.getByRole('button', { name: 'BPOセンターに引き継ぐ' }).click();
  await expect(page.getByText('引き継ぎました。')).toBeVisible();
  await new Door(bpo).signedIn(operator);
  await new Frame(bpo).open('/office/outreach');
  await bpo.getByRole('link', { name: names[4]! }).click();
  await bpo.getByRole('radio', { name: '話せた', exact: true }).check();
  await bpo.getByRole('button', { name: '記録する' }).click();
  await expect(bpo.getByText('電話：話せた')).toBeVisible();
  await bpo.locator('summary').getByText('対応を終える').click();
  await bpo.getByRole('radio', { name: '内容を伝えた' }).check();
  await bpo.getByRole('button', { name: '対応を終える' }).click();
  await expect(bpo.getByText('対応を終えました。')).toBeVisible();

  // Nobody but the city's officers sees campaigns.
  for (const other of [bpo, mio]) expect((await other.request.get('/api/v1/campaigns')).status()).toBe(403);
});

test('a standing offer is begun from a starter and stopped again', async ({ page, browser, house }) => {
  test.setTimeout(300_000);
  const second = await another(browser);
  await house.at('2027-01-18T09:00:00+09:00', page, second);
  await new Door(page).signedIn(officerOfYonago);
  await new Frame(page).open('/office/campaigns');
  await page.getByRole('region', { name: 'ひな形から始める' }).getByRole('link', { name: '転入したご家庭' }).click();
  await expect(page.getByRole('textbox', { name: /^名称/ })).toHaveValue('転入したご家庭');
  await looked(page, 'campaigns-starter');
  await page.getByRole('button', { name: '下書きを保存する' }).click();
  await expect(page.getByText('下書きを保存しました。')).toBeVisible();
  await looked(page, 'campaigns-draft');
  await page.getByRole('link', { name: '確認へ進む' }).click();
  await page.getByRole('button', { name: '起案する', exact: true }).click();
  await expect(page.getByText('別の職員の承認を待っています。').first()).toBeVisible();

  // Sent back once, with a word.
  await new Door(second).signedIn(secondOfficerOfYonago);
  await new Frame(second).open('/office/campaigns');
  await row(second, '転入したご家庭').getByRole('link').click();
  await second.locator('summary').getByText('差し戻す').click();
  await second.getByRole('textbox', { name: /^直してほしいこと/ }).fill('窓口の電話番号を足してください。');
  await second.getByRole('button', { name: '差し戻す' }).click();
  await expect(second.getByText('差し戻しました。')).toBeVisible();
  await page.reload();
  await expect(page.getByText('窓口の電話番号を足してください。')).toBeVisible();
  await looked(page, 'campaigns-returned');
  await page.getByRole('link', { name: '編集する' }).click();
  await page.getByRole('textbox', { name: /^本文/ }).first().fill('このアプリから空きの確認や予約ができます。\n子育て支援課 0859-00-0000');
  await page.getByRole('button', { name: '確認へ進む' }).click();
  await page.getByRole('button', { name: '起案する', exact: true }).click();
  await expect(page.getByText('別の職員の承認を待っています。').first()).toBeVisible();
  await second.reload();
  await second.getByRole('button', { name: '承認する' }).click();
  await expect(second.getByText('承認しました。')).toBeVisible();
  await expect(second.getByText('継続配信中')).toBeVisible();

  await page.reload();
  await page.getByRole('button', { name: '停止する' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await looked(page, 'campaigns-stop');
  await page.getByRole('dialog').getByRole('button', { name: '停止する' }).click();
  await expect(page.getByText('停止しました。')).toBeVisible();
  await expect(page.getByRole('button', { name: '停止する' })).toHaveCount(0);
  await looked(page, 'campaigns-stopped');
});

test('the city sets how unopened notices are followed', async ({ page, house }) => {
  test.setTimeout(120_000);
  await house.at('2027-01-18T09:00:00+09:00', page);
  await new Door(page).signedIn(officerOfYonago);
  const frame = new Frame(page);
  await frame.open('/office/outreach/unopened');
  await expect(page.getByText('期限を過ぎた未開封のお知らせはありません。')).toBeVisible();
  await looked(page, 'outreach-unopened-none');
  await frame.open('/office/outreach/rules');
  await expect(page.getByText('標準のきまりを使っています')).toBeVisible();
  await looked(page, 'outreach-rules');
  await page.locator('summary').getByText('新しいきまりを作る').click();
  await page.getByRole('textbox', { name: /^「連絡がつかない」で終える前に/ }).fill('21');
  await expect(page.getByText('回数は1から20までで入力してください。').first()).toBeVisible();
  await looked(page, 'outreach-rules-wrong');
  await page.getByRole('textbox', { name: /^「連絡がつかない」で終える前に/ }).fill('5');
  await page.getByRole('checkbox', { name: '市独自の文面を使う' }).check();
  await page.reload();
  await expect(page.getByRole('textbox', { name: /^「連絡がつかない」で終える前に/ })).toHaveValue('5');
  await looked(page, 'outreach-rules-form');
  await page.getByRole('button', { name: '公開する' }).click();
  await expect(page.getByText('新しいきまりを公開しました。')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'これから始まるきまり' })).toBeVisible();
});
