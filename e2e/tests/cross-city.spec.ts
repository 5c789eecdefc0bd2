// The main job: a family of Yonago registers once, books in Sakaiminato, and staff there receive the child.
import { expectAccessible } from '../fixtures/axe';
import { another, sakaiminato, staffOfUmineko, stranger, umineko, yonago } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Board } from '../pages/attendance.page';
import { Booking } from '../pages/bookings.page';
import { Family } from '../pages/families.page';
import { tick } from '../pages/frame.page';
import { Search } from '../pages/slots.page';

test('register, book in the other city, be received and fetched', async ({ page, browser }, { project }) => {
  const child = `弓浜 ${project.name === 'phone' ? 'はると' : 'あおい'}`;
  const search = new Search(page);
  await search.open();
  await search.wantAge('1歳');
  await search.wantCity(sakaiminato.name);
  await search.wantDay('1月18日（月）');
  await search.stays(umineko, '1日').first().click();

  // Nobody is signed in: the way to the booking leads through the door and comes back.
  const door = new Door(page);
  await door.toRegister();
  await expectAccessible(page);
  await picture(page, 'register');
  await door.register(yonago.name, stranger());

  const booking = new Booking(page);
  await booking.at('預けるお子さんを選ぶ');
  await page.getByRole('link', { name: 'お子さんを登録する' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'お子さんの登録' })).toBeVisible();
  const family = new Family(page);
  await family.fillChild({ name: child, kana: 'ゆみはま あおい', born: { year: '2025', month: '3', day: '10' } });
  await family.addAllergy('卵', true);
  await expectAccessible(page);
  await picture(page, 'new-child');
  await family.register();

  await booking.at('預けるお子さんを選ぶ');
  await tick(booking.child(child));
  await expectAccessible(page);
  await picture(page, 'book-children');
  await booking.toTimes().click();
  await booking.at('時間を選ぶ');
  await tick(booking.block('1日'));
  await expectAccessible(page);
  await picture(page, 'book-times');
  await booking.toCheck().click();
  await booking.at('予約内容の確認');
  await expect(page.getByText('2,400円').first()).toBeVisible();
  await booking.answer();
  await booking.notes().fill('昨夜よく眠れませんでした。');
  await expectAccessible(page);
  await picture(page, 'book-check');
  await booking.book().click();
  await booking.at('予約しました');
  await expectAccessible(page);
  await picture(page, 'booked');

  await page.getByRole('link', { name: '予約を見る' }).click();
  await booking.at('予約の内容');
  await expect(page.getByText(umineko).first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'booking');

  const staff = await another(browser);
  await new Door(staff).signedIn(staffOfUmineko);
  const board = new Board(staff);
  await board.ready();
  const card = board.card('これから来る', child);
  await expect(card).toContainText('重いアレルギー');
  await expect(card).toContainText('卵');
  await expect(card).toContainText('昨夜よく眠れませんでした。');
  await expect(card).toContainText('市外');
  await expectAccessible(staff);
  await picture(staff, 'board');
  await board.checkIn(child);
  await board.checkOut(child, '弓浜 みどり');
  await expect(board.card('帰った', child)).toContainText(/お迎え.*保護者/);
  await picture(staff, 'board-after');

  await page.reload();
  await booking.at('予約の内容');
  await expect(page.getByText('利用済み')).toBeVisible();
});
