// The archive of a family: an officer makes it for a reason, it is read without our software, the family saves its own and reads who made one.
import { expectAccessible } from '../fixtures/axe';
import { another, newFamily, officerOfYonago, staffOfUmineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { unzipped } from '../fixtures/zip';
import { Door } from '../pages/accounts.page';
import { Frame, locales } from '../pages/frame.page';

test('an officer makes the archive of a family for a reason, and the family reads it', async ({ page, browser }) => {
  test.slow();
  const frame = new Frame(page);
  const guardian = '弓浜 かいじ';
  const family = await another(browser);
  const child = await newFamily(family.request, '弓浜 しろ', guardian);
  await new Door(page).signedIn(officerOfYonago);
  await frame.open('/office/audit');
  await page.getByText('ご家庭でしぼり込む').click();
  await page.getByRole('searchbox').fill(guardian);
  await page.getByRole('searchbox').press('Enter');
  await page.getByRole('button', { name: new RegExp(guardian) }).click();
  await page.getByText('開示用の資料をつくる').click();
  await page.getByRole('button', { name: '資料をつくって保存' }).click();
  await expect(page.getByText('作成の理由を入力してください。')).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('作成の理由').fill('開示請求（第12号）');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: '資料をつくって保存' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe('archive.zip');
  await expect(page.getByText('資料を保存しました。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'archive-made');

  const files = unzipped(await file.path());
  const data = JSON.parse(files.get('data.json')?.toString('utf8') ?? '');
  expect(data.family.guardian_name).toBe(guardian);
  expect(data.children[0].id).toBe(child.id);
  expect(data.accesses[0].why).toBe('開示請求（第12号）');
  const html = files.get('index.html')?.toString('utf8') ?? '';
  // The page is shown as whoever gets the file sees it: by itself, without a server.
  const reader = await another(browser);
  await reader.setContent(html);
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText('ご家庭の記録（開示用）');
  await expect(reader.getByRole('heading', { name: child.name })).toBeVisible();
  await expectAccessible(reader);
  await picture(reader, 'archive-page');

  await new Frame(family).open('/family/accesses');
  await expect(family.getByText('開示請求（第12号）')).toBeVisible();
  await expect(family.getByText('ご家庭の情報：開示用の資料を作成').first()).toBeVisible();
});

test('the family saves its own record, and nobody else gets it', async ({ page, browser }) => {
  await page.goto('/');
  const child = await newFamily(page.request);
  const frame = new Frame(page);
  for (const locale of locales) {
    await frame.open('/family', locale);
    await expectAccessible(page);
  }
  await frame.open('/family');
  await page.getByRole('heading', { name: 'ご家庭の記録' }).scrollIntoViewIfNeeded();
  await picture(page, 'archive-own');
  const saved = page.waitForEvent('download');
  await page.getByRole('link', { name: '記録を保存する（ZIP）' }).click();
  const files = unzipped(await (await saved).path());
  expect(files.get('index.html')?.toString('utf8')).toContain(child.name);
  await frame.open('/family/accesses');
  await expect(page.getByText('閲覧や変更の記録はありません。')).toBeVisible();

  const { id } = await (await page.request.get('/api/v1/family')).json();
  const data = { reason: '開示請求' };
  const other = await another(browser);
  await newFamily(other.request);
  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  const officer = await another(browser);
  await new Door(officer).signedIn({ ...officerOfYonago, email: 'office.sakaiminato@example.jp' });
  for (const [person, status] of [[other, 403], [staff, 403], [officer, 404]] as const) {
    expect((await person.request.post(`/api/v1/office/families/${id}/archive`, { data })).status()).toBe(status);
  }
});
