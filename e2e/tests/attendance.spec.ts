// A day at the door: the family's own code, the code on the wall, a record put right and taken back, and what the month comes to.
import { expectAccessible } from '../fixtures/axe';
import { another, demoPassword, freePlaces, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';
import type { APIRequestContext } from '@playwright/test';

const today = '2027-01-18';

/** Books an hour of today for a new family's child; gives the booking's id. */
async function bookedToday(api: APIRequestContext, name: string): Promise<string> {
  const child = await newFamily(api, name);
  const places = await freePlaces(api, today, today, 'open_nursery');
  const place = places.find((place) => place.facility.name === umineko && place.bookable);
  const starts_at = place?.openings[0]?.starts_at ?? '';
  const ends_at = new Date(Date.parse(starts_at) + 60 * 60_000).toISOString();
  const answers = [{ key: 'health', value: 'well' }];
  const wish = { slot_id: place?.slot_id, child_ids: [child.id], starts_at, ends_at, answers };
  const booked = await send<{ id: string }[]>(api, '/bookings', wish);
  return booked[0]?.id ?? '';
}

test('a family shows its code, the staff record, put the record right and take it back', async ({ page, browser }, { project }) => {
  const name = project.name === 'phone' ? '渡 なぎほ' : '渡 いそほ';
  const family = await another(browser);
  const booking = await bookedToday(family.request, name);
  const home = new Frame(family);
  await home.open('/code');
  await family.getByRole('button', { name: 'コードを作る' }).click();
  await expect(family.getByRole('img', { name: 'ご家庭の登園コード' })).toBeVisible();
  await family.getByLabel('暗証番号（6けたの数字）').fill('123456');
  await family.getByRole('button', { name: '暗証番号を設定する' }).click();
  await expect(family.getByRole('link', { name: /推測されにくい/ })).toBeVisible();
  await family.getByLabel('暗証番号（6けたの数字）').fill('384920');
  await family.getByRole('button', { name: '暗証番号を設定する' }).click();
  await expect(family.getByText('暗証番号は設定されています。')).toBeVisible();
  await expectAccessible(family);
  await picture(family, 'code');
  const code = (await (await family.request.get('/api/v1/family/code')).json()).code.text;

  await new Door(page).signedIn(staffOfUmineko);
  await page.goto('/staff/scan');
  await page.getByLabel('コード', { exact: true }).fill(code);
  await page.keyboard.press('Enter');
  const card = page.getByRole('article', { name });
  await expect(card).toBeVisible();
  await tick(page.getByRole('radio', { name: '弓浜 みどり' }));
  await expectAccessible(page);
  await picture(page, 'scan');
  await card.getByRole('button', { name: /登園/ }).click();
  await expect(page.getByText(`${name}さんの登園を記録しました。`)).toBeVisible();
  await expect(card.getByText(/登園/)).toBeVisible();

  await page.goto('/staff');
  const board = new Board(page);
  await board.ready();
  await board.card('来ている', name).getByRole('button', { name: /記録を直す/ }).click();
  const dialog = page.getByRole('dialog', { name: '記録を直す' });
  await dialog.getByText('登園・降園の記録').click();
  await expect(dialog.getByText(/登園（保護者）/)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'fix');
  await dialog.getByLabel('登園した時刻').fill('06:00');
  await dialog.getByLabel('直す理由').fill('押すのが遅れました。');
  await dialog.getByRole('button', { name: '直した内容で記録する' }).click();
  await expect(page.getByText(`${name}さんの記録を直しました。`)).toBeVisible();

  await home.open(`/bookings/${booking}`);
  await family.getByText('登園・降園の記録').click();
  await expect(family.getByText(/に直しました（押すのが遅れました。）/)).toBeVisible();
  await expectAccessible(family);
  await picture(family, 'history');

  await board.card('来ている', name).getByRole('button', { name: /記録を直す/ }).click();
  await dialog.getByRole('button', { name: '登園の記録を取り消す' }).click();
  await expect(board.card('これから来る', name)).toBeVisible();
});

test('a family records with the code on the wall', async ({ page, browser }, { project }) => {
  const name = project.name === 'phone' ? '竹内 なぎは' : '竹内 いそは';
  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  await staff.goto('/staff/wall');
  await expect(staff.getByRole('img', { name: '施設の登園コード' })).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'wall');
  const address = (await (await staff.request.get('/api/v1/staff/wall_code')).json()).code.text;

  await bookedToday(page.request, name);
  await new Frame(page).open(new URL(address).pathname);
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'arrival');
  await page.getByRole('button', { name: '登園' }).click();
  await expect(page.getByText(`${name}さんの登園を記録しました。`)).toBeVisible();
  await expect(page.getByText('降園は、登園の1分後から記録できます。')).toBeVisible();
  await staff.goto('/staff');
  await expect(new Board(staff).card('来ている', name)).toBeVisible();
});

test('a month of a family and of a facility is added up', async ({ page, browser }) => {
  await new Door(page).signedIn({ email: 'hanako@example.jp', password: demoPassword });
  await page.goto('/statements');
  await expect(page.getByText('確定した料金').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'statement');
  const told = await (await page.request.get('/api/v1/statements?month=2027-01')).json();
  expect(told.total_yen).toBeGreaterThan(0);
  await expect(page.getByText(`${told.total_yen.toLocaleString('ja-JP')}円`).first()).toBeVisible();
  await page.getByRole('link', { name: '前の月' }).click();
  await expect(page).toHaveURL(/month=2026-12/);

  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  await staff.goto('/staff/statements');
  await expect(staff.getByRole('table', { name: 'この月の利用と料金' })).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'staff-statement');
  const file = staff.waitForEvent('download');
  await staff.getByRole('link', { name: 'CSVファイルを保存する' }).click();
  expect((await file).suggestedFilename()).toBe('statement-2027-01.csv');
});
