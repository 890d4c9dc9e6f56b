import { View } from '../../parts/view';

export default function SignInView() {
  return <View title="Sign in" lead="The flow that your users go through." />;
}
