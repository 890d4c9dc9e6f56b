import { View } from '../../parts/view';

export default function InboxView() {
  return <View title="Inbox" lead="What arrived, as its reader sees it and as it came over the wire." />;
}
