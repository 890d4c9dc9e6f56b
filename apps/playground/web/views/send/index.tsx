import { View } from '../../parts/view';

export default function SendView() {
  return <View title="Send" lead="The same email, by every way in." />;
}
