// A day at the door: the family's code and PIN, the code on the wall, who brings and who fetches, a wrong record, an absence that was
// none, a late pick-up, and what it comes to at the end of the month.
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, answered, freePlaces, newFamily, send, staffOfUmineko, umineko } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Frame, tick } from '../pages/frame.page';

interface Booked {
  id: string;
  child: { name: string };
}

const today = '2027-01-18';
const grandmother = { name: '弓浜 梅', relation: '祖母', phone: '0859-22-0001' };

/** Books the whole of today at the facility where staff sign in, for all these children together. */
async function bookToday(api: Parameters<typeof send>[0], children: string[]): Promise<Booked[]> {
  const [place] = (await freePlaces(api, today, today)).filter(({ facility }) => facility.name === umineko);
  const day = place!.openings.find(({ block }) => block === 'day')!;
  const wish = { slot_id: place!.slot_id, child_ids: children, starts_at: day.starts_at, ends_at: day.ends_at, ...answered };
  return send<Booked[]>(api, '/bookings', wish);
}

function main(page: Page): Locator {
  return page.getByRole('main');
}

test('a day at the door, from the code to the statement', async ({ page, browser, house }) => {
  test.setTimeout(480_000);
  const frame = new Frame(page);
  const younger = await newFamily(page.request, '弓浜 みなと');
  const older = await send<{ id: string }>(page.request, '/children', {
    name: '弓浜 そら',
    kana: 'ゆみはま そら',
    born: '2023-05-05',
    // Only the elder's: whoever may fetch one may not fetch the other.
    pick_up_people: [grandmother],
  });
  const [first, second] = await bookToday(page.request, [younger.id, older.id]);
  const stranger = await another(browser);
  const other = await newFamily(stranger.request, '外江 なぎ');
  const [absent] = await bookToday(stranger.request, [other.id]);

  // The family makes its code and a PIN.
  await frame.open('/code');
  await expect(page.getByRole('heading', { level: 1, name: '登園コード' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'code-none');
  await page.getByRole('button', { name: 'コードを作る' }).click();
  await expect(page.getByRole('img', { name: 'ご家庭の登園コード' })).toBeVisible();
  const letters = await page.locator('.code-text').innerText();
  expect(letters).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
  for (const wrong of ['', '12', '111111']) {
    await page.getByLabel('暗証番号（6けたの数字）').fill(wrong);
    await page.getByRole('button', { name: '暗証番号を設定する' }).click();
    await expect(page.getByRole('group', { name: '入力内容を確かめてください' })).toBeFocused();
  }
  await expectAccessible(page);
  await picture(page, 'code-pin-wrong');
  await page.getByLabel('暗証番号（6けたの数字）').fill('482913');
  await page.getByRole('button', { name: '暗証番号を設定する' }).click();
  await expect(page.getByText('暗証番号を設定しました。')).toBeVisible();
  await expect(page.getByText('暗証番号は設定されています。')).toBeVisible();
  await picture(page, 'code');

  // Staff at nine: no camera that reads codes, a code that nobody has, then the family's as it is read out.
  const staff = await another(browser);
  await house.at(`${today}T09:05:00+09:00`, page, stranger, staff);
  await new Door(staff).signedIn(staffOfUmineko);
  const staffFrame = new Frame(staff);
  await staffFrame.open('/staff/scan');
  await staff.getByRole('button', { name: 'カメラで読み取る' }).click();
  await expect(staff.getByText('この端末のカメラではコードを読み取れません。')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'scan');
  const type = async (code: string) => {
    await staff.getByLabel('コード', { exact: true }).fill(code);
    await staff.getByLabel('コード', { exact: true }).press('Enter');
  };
  await type('AAAA-BBBB-CCCC');
  const wrongCode = main(staff).getByRole('alert').filter({ hasText: 'このコードのご家庭は見つかりません。' });
  await expect(wrongCode).toBeInViewport();
  await picture(staff, 'scan-wrong');
  await type(letters.toLowerCase().replaceAll('-', ' '));
  await expect(staff.getByRole('heading', { name: '弓浜 みどりさんのご家庭' })).toBeInViewport();
  const card = (child: string) => staff.getByRole('article', { name: child });
  const come = (child: string) => card(child).getByRole('button', { name: /登園/ });
  await come('弓浜 みなと').click();
  await expect(staff.getByText('送り迎えの人を選んでください。')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'scan-who-missing');
  // Named people only: the grandmother is the elder's.
  await tick(staff.getByRole('radio', { name: grandmother.name }));
  await come('弓浜 みなと').click();
  await expect(card('弓浜 みなと')).toContainText('登録されていません');
  await come('弓浜 そら').click();
  await expect(staff.getByText('弓浜 そらさんの登園を記録しました。')).toBeVisible();
  await expect(card('弓浜 そら')).toContainText('登園 9:05');
  // What was chosen stays for the next child.
  await expect(staff.getByRole('radio', { name: grandmother.name })).toBeChecked();
  await tick(staff.getByRole('radio', { name: '弓浜 みどり' }));
  await come('弓浜 みなと').click();
  await expect(card('弓浜 みなと')).toContainText('登園 9:05');
  await expectAccessible(staff);
  await picture(staff, 'scan-recorded');
  // A second scan within the minute offers and changes nothing.
  await type(letters);
  await expect(card('弓浜 みなと')).toContainText('登園 9:05');
  await expect(card('弓浜 みなと').getByRole('button')).toHaveCount(0);
  expect(await history(page, first!.id)).toHaveLength(1);

  // A phone that was left at home: the PIN.
  await staff.getByText('コードがないとき（暗証番号）').click();
  const pin = async (digits: string) => {
    await staff.getByLabel('お子さん', { exact: true }).selectOption({ label: '弓浜 そら' });
    await staff.getByLabel('暗証番号（6けたの数字）').fill(digits);
    await staff.getByRole('button', { name: '暗証番号で確かめる' }).click();
  };
  await pin('000001');
  await expect(main(staff).getByRole('alert').filter({ hasText: '暗証番号がちがいます。' })).toBeVisible();
  await picture(staff, 'scan-pin');
  await pin('482913');
  await expect(staff.getByRole('heading', { name: '弓浜 みどりさんのご家庭' })).toBeVisible();

  // The code for the wall, seen by the family, by another, and by somebody with an old one.
  await staffFrame.open('/staff/wall');
  await expect(staff.getByRole('img', { name: '施設の登園コード' })).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'wall');
  const wall = new URL(await staff.locator('.code-text').innerText()).pathname;
  await frame.open(wall);
  await expect(page.getByText('降園は、登園の1分後から記録できます。').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'arrival');
  await frame.open('/check_in/0000-0000-0000');
  await expect(main(page)).toContainText('このコードは使えません');
  await picture(page, 'arrival-old-code');
  const nobody = await another(browser);
  await newFamily(nobody.request, '渡 なみ');
  await new Frame(nobody).open(wall);
  await expect(nobody.getByText('今日、この施設で予定のあるお子さんはいません。')).toBeVisible();
  await expectAccessible(nobody);
  await picture(nobody, 'arrival-nobody');

  // Nobody came: absent, and then late after all.
  await staffFrame.open('/staff');
  const board = new Board(staff);
  await board.ready();
  await board.card('これから来る', '外江 なぎ').getByRole('button', { name: /欠席にする/ }).click();
  const question = staff.getByRole('dialog', { name: '欠席を記録しますか' });
  await expect(question).toContainText('料金');
  await expectAccessible(staff);
  await picture(staff, 'absent');
  await tick(question.getByRole('radio', { name: /病気|体調/ }).first());
  await expect(question).toContainText('料金はかかりません');
  await question.getByRole('button', { name: '欠席を記録する' }).click();
  await expect(board.card('欠席', '外江 なぎ')).toBeVisible();
  await new Frame(stranger).open(`/bookings/${absent!.id}`);
  await expect(stranger.getByText('欠席').first()).toBeVisible();
  await picture(stranger, 'absent-family');
  await board.card('欠席', '外江 なぎ').getByRole('button', { name: /欠席を取り消す/ }).click();
  await staff.getByRole('dialog').getByRole('button', { name: '欠席を取り消す' }).click();
  await expect(board.card('これから来る', '外江 なぎ')).toBeVisible();

  // A wrong record is put right; the old value stays in the history, for the family too.
  await board.card('来ている', '弓浜 みなと').getByRole('button', { name: /記録を直す/ }).click();
  const fix = staff.getByRole('dialog', { name: '記録を直す' });
  await fix.getByRole('button', { name: '直した内容で記録する' }).click();
  await expect(fix.getByText('直す理由を入力してください。')).toBeVisible();
  await expectAccessible(staff);
  await picture(staff, 'fix');
  await fix.getByLabel('登園した時刻').fill('08:55');
  await fix.getByLabel('直す理由').fill('打ち間違いのため');
  await fix.getByRole('button', { name: '直した内容で記録する' }).click();
  await expect(board.card('来ている', '弓浜 みなと')).toContainText('登園 8:55');
  await frame.open(`/bookings/${first!.id}`);
  await page.getByText('登園・降園の記録').click();
  await expect(main(page)).toContainText('打ち間違いのため');
  await expect(main(page)).toContainText('9:05');
  await expectAccessible(page);
  await picture(page, 'booking-history');

  // Half past six: the elder leaves with the family's own phone, in time by ten minutes; the younger with a neighbour, too late.
  await house.at(`${today}T18:05:00+09:00`, page, staff);
  await frame.open(wall);
  const elder = main(page).locator('.card').filter({ hasText: '弓浜 そら' });
  await tick(elder.getByRole('radio', { name: grandmother.name }));
  await elder.getByRole('button', { name: '降園' }).click();
  await expect(page.getByText('弓浜 そらさんの降園を記録しました。')).toBeVisible();
  await picture(page, 'arrival-left');
  await house.at(`${today}T18:35:00+09:00`, page, staff);
  await staffFrame.open('/staff');
  await expect(board.card('来ている', '弓浜 みなと')).toContainText('お迎えの時刻を過ぎています');
  await expect(board.card('帰った', '弓浜 そら')).toContainText(grandmother.name);
  await board.card('来ている', '弓浜 みなと').getByRole('button', { name: /降園/ }).click();
  const leaving = staff.getByRole('dialog');
  await tick(leaving.getByRole('radio', { name: 'その他の人' }));
  await leaving.getByRole('button', { name: '降園を記録する' }).click();
  await expect(leaving.getByText('その方のお名前を入力してください。')).toBeVisible();
  await leaving.getByLabel('その方のお名前').fill('外江 海');
  await leaving.getByLabel('確認したこと').fill('電話で母に確認');
  await expectAccessible(staff);
  await picture(staff, 'check-out-other');
  await leaving.getByRole('button', { name: '降園を記録する' }).click();
  await expect(board.card('帰った', '弓浜 みなと')).toContainText('外江 海（登録のない方：電話で母に確認）');
  await picture(staff, 'board-evening');

  // 35 minutes late: two times 300 yen on top of the neighbour's day.
  await frame.open(`/bookings/${first!.id}`);
  await expect(main(page)).toContainText('3,000円');
  await expectAccessible(page);
  await picture(page, 'booking-settled');
  await frame.open('/statements');
  const total = 3000 + (await feeOf(page, second!.id));
  await expect(main(page)).toContainText(`${total.toLocaleString('en')}円`);
  await expectAccessible(page);
  await picture(page, 'statement');
  await page.getByRole('link', { name: '前の月' }).click();
  await expect(page.getByText('この月の利用はありません。')).toBeVisible();
  await picture(page, 'statement-empty');
  await staffFrame.open('/staff/statements');
  await expect(staff.getByRole('row', { name: /弓浜 みなと/ })).toContainText('3,000円');
  await expectAccessible(staff);
  await picture(staff, 'staff-statement');
  const file = await staff.request.get(`/api/v1/staff/statements.csv?month=2027-01`);
  expect(await file.text()).toContain('弓浜 みなと');
});

async function history(page: Page, booking: string): Promise<unknown[]> {
  return (await page.request.get(`/api/v1/bookings/${booking}/attendance`)).json();
}

async function feeOf(page: Page, booking: string): Promise<number> {
  const { attended } = await (await page.request.get(`/api/v1/bookings/${booking}`)).json();
  return attended.settled.fee_yen;
}
