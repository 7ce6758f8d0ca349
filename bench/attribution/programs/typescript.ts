// needs: typescript
import { pbkdf2Sync } from 'node:crypto';
import truth from '../truth.cjs';

interface User {
  name: string;
  password: string;
}

function digest(user: User): Buffer {
  return pbkdf2Sync(user.password, user.name, 20_000, 32, 'sha256'); // truth: digest native
}

truth.begin('digest');
truth.repeat(400, () => digest({ name: 'ada', password: 'secret' }));
truth.end('digest');
