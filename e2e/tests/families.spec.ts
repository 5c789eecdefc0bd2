// What the family's forms keep: rows, and whatever was typed while something else happened.
import { newFamily, send, stranger, yonago } from '../fixtures/people';
import { expect, test } from '../fixtures/server';
import { Family } from '../pages/families.page';
import { Frame } from '../pages/frame.page';

const contact = { name: '弓浜 梅', relation: '祖母', phone: '0859-22-0000' };
const sister = { name: '弓浜 いずみ', kana: 'ゆみはま いずみ', born: { year: '2023', month: '5', day: '5' } };

test('a second child takes over the contacts of the first', async ({ page }) => {
  await newFamily(page.request);
  await send(page.request, '/children', {
    name: '弓浜 りん',
    kana: 'ゆみはま りん',
    born: '2022-04-01',
    emergency_contacts: [contact],
    pick_up_people: [contact],
  });
  await new Frame(page).open('/family/children/new');
  await page.getByRole('button', { name: '弓浜 りんさんと同じにする' }).click();
  const names = page.getByRole('textbox', { name: 'お名前' });
  await expect(names).toHaveCount(3);
  await expect(names.last()).toHaveValue(contact.name);
  const family = new Family(page);
  await family.fillChild(sister);
  await family.register();
  await expect(page.getByText('お子さんを登録しました。')).toBeVisible();
  await page.getByRole('link', { name: sister.name }).click();
  await expect(names.last()).toHaveValue(contact.name);
});

test('a session that ends loses nothing typed', async ({ page }) => {
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
  await new Frame(page).open('/family/children/new');
  const family = new Family(page);
  await family.fillChild(sister);
  await page.context().clearCookies();
  await family.register();
  const again = page.getByRole('dialog', { name: 'ログインの期限が切れました' });
  await again.locator('input[type=password]').fill('wrong');
  await again.getByRole('button', { name: 'ログインする', exact: true }).click();
  await expect(again).toContainText('メールアドレスかパスワードが違います');
  await again.locator('input[type=password]').fill(password);
  await again.getByRole('button', { name: 'ログインする', exact: true }).click();
  await expect(again).toBeHidden();
  await family.register();
  await expect(page.getByText('お子さんを登録しました。')).toBeVisible();
  await expect(page.getByRole('link', { name: sister.name })).toBeVisible();
});

test('what another screen changed first is said where it is seen', async ({ page }) => {
  const child = await newFamily(page.request);
  await new Frame(page).open(`/family/children/${child.id}`);
  const { etag } = (await page.request.get(`/api/v1/children/${child.id}`)).headers();
  const faster = await page.request.patch(`/api/v1/children/${child.id}`, {
    data: { care_notes: 'お昼寝は短めです。' },
    headers: { 'If-Match': etag! },
  });
  expect(faster.ok(), await faster.text()).toBe(true);
  await page.getByRole('button', { name: '保存する' }).click();
  await expect(page.getByText('ほかの画面で変更されています')).toBeInViewport();
  await page.getByRole('button', { name: '最新の内容を読み込む' }).click();
  await expect(page.getByRole('textbox', { name: 'そのほか伝えたいこと' })).toHaveValue('お昼寝は短めです。');
});
