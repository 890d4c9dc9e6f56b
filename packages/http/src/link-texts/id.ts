import type { LinkTexts } from './link-texts.js';

export const id: LinkTexts = {
  lang: 'id',
  title: 'Hampir selesai',
  text: 'Tekan tombol untuk melanjutkan sebagai {address}.',
  textWithoutAddress: 'Tekan tombol untuk melanjutkan.',
  button: 'Lanjutkan',
  doneTitle: 'Selesai',
  doneText: 'Anda dapat menutup halaman ini.',
  continue: 'Lanjutkan',
  failedTitle: 'Tautan ini tidak berfungsi',
  notFoundText: 'Tautan sudah digunakan atau diganti dengan yang lebih baru. Minta tautan baru.',
  expiredText: 'Tautan sudah kedaluwarsa. Minta tautan baru.',
  failedText: 'Buka lagi tautan dari email atau minta tautan baru.',
  otherBrowserTitle: 'Lanjutkan di browser tempat Anda memulai',
  otherBrowserText: 'Anda meminta tautan ini di browser lain. Masukkan kode ini di sana:',
  otherBrowserTextWithoutCode:
    'Anda meminta tautan ini di browser lain. Buka tautan ini di sana atau minta tautan baru di browser ini. Di aplikasi email, pilih “Buka di browser” dari menu.',
  shareWarning: 'Jangan berikan kode ini kepada siapa pun. Masukkan hanya di perangkat Anda sendiri.',
  enterCodeTitle: 'Masukkan kode',
  findCodeText: 'Masukkan kode dari email. Jika email tidak berisi kode, buka tautannya untuk melihat kode.',
  codeLabel: 'Kode',
  wrongCodeText: 'Kode ini salah. Periksa kembali, lalu coba lagi.',
  cookieText: 'Browser ini tidak meminta tautan, atau tautannya sudah kedaluwarsa. Minta tautan baru.',
};
