;; Dot products of one vector of 16-bit integers with many vectors of 8-bit integers, by SIMD.
;; integer-dots.generated.ts holds the assembled module; `npx vitest run test/worker/search/vectors -u` writes it.
(module
  (import "vectors" "memory" (memory 1))

  ;; $question: address of a vector of 16-bit integers; its length is $stride.
  ;; $vectors:  address of $count vectors of $stride 8-bit integers each; $stride is a multiple of 16, and not 0.
  ;; $dots:     address at which $count sums of 32 bits are written.
  (func (export "dots") (param $question i32) (param $vectors i32) (param $count i32) (param $stride i32) (param $dots i32)
    (local $at i32) (local $end i32) (local $second i32) (local $third i32) (local $fourth i32)
    (local $rows i32) (local $quarter i32) (local $quarterDots i32)
    (local $part v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128) (local $sum4 v128)

    ;; Four vectors at a time share each load of the question. They are a quarter of all apart, so that each of the four is read on
    ;; where the one before it ended. Four neighbours, which jump within one run, take two to three times as long (docs/benchmarks.md).
    (local.set $rows (i32.shr_u (local.get $count) (i32.const 2)))
    (local.set $count (i32.and (local.get $count) (i32.const 3)))
    (local.set $quarter (i32.mul (local.get $rows) (local.get $stride)))
    (local.set $quarterDots (i32.shl (local.get $rows) (i32.const 2)))
    (local.set $second (i32.add (local.get $vectors) (local.get $quarter)))
    (local.set $third (i32.add (local.get $second) (local.get $quarter)))
    (local.set $fourth (i32.add (local.get $third) (local.get $quarter)))
    (block $few
      (loop $fours
        (br_if $few (i32.eqz (local.get $rows)))
        (local.set $sum1 (v128.const i32x4 0 0 0 0))
        (local.set $sum2 (v128.const i32x4 0 0 0 0))
        (local.set $sum3 (v128.const i32x4 0 0 0 0))
        (local.set $sum4 (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $question))
        (local.set $end (i32.add (local.get $question) (i32.shl (local.get $stride) (i32.const 1))))
        (loop $parts
          (local.set $part (v128.load (local.get $at)))
          (local.set $sum1 (i32x4.add (local.get $sum1) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s (local.get $vectors)))))
          (local.set $sum2 (i32x4.add (local.get $sum2) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s (local.get $second)))))
          (local.set $sum3 (i32x4.add (local.get $sum3) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s (local.get $third)))))
          (local.set $sum4 (i32x4.add (local.get $sum4) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s (local.get $fourth)))))
          (local.set $part (v128.load offset=16 (local.get $at)))
          (local.set $sum1 (i32x4.add (local.get $sum1) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s offset=8 (local.get $vectors)))))
          (local.set $sum2 (i32x4.add (local.get $sum2) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s offset=8 (local.get $second)))))
          (local.set $sum3 (i32x4.add (local.get $sum3) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s offset=8 (local.get $third)))))
          (local.set $sum4 (i32x4.add (local.get $sum4) (i32x4.dot_i16x8_s (local.get $part) (v128.load8x8_s offset=8 (local.get $fourth)))))
          (local.set $vectors (i32.add (local.get $vectors) (i32.const 16)))
          (local.set $second (i32.add (local.get $second) (i32.const 16)))
          (local.set $third (i32.add (local.get $third) (i32.const 16)))
          (local.set $fourth (i32.add (local.get $fourth) (i32.const 16)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $parts (i32.lt_u (local.get $at) (local.get $end))))
        (local.set $at (local.get $dots))
        (i32.store (local.get $at) (call $total (local.get $sum1)))
        (local.set $at (i32.add (local.get $at) (local.get $quarterDots)))
        (i32.store (local.get $at) (call $total (local.get $sum2)))
        (local.set $at (i32.add (local.get $at) (local.get $quarterDots)))
        (i32.store (local.get $at) (call $total (local.get $sum3)))
        (local.set $at (i32.add (local.get $at) (local.get $quarterDots)))
        (i32.store (local.get $at) (call $total (local.get $sum4)))
        (local.set $dots (i32.add (local.get $dots) (i32.const 4)))
        (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
        (br $fours)))

    ;; The last three or fewer.
    (local.set $vectors (local.get $fourth))
    (local.set $dots (i32.add (local.get $dots) (i32.mul (local.get $quarterDots) (i32.const 3))))
    (block $done
      (loop $ones
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $sum1 (v128.const i32x4 0 0 0 0))
        (local.set $at (local.get $question))
        (local.set $end (i32.add (local.get $question) (i32.shl (local.get $stride) (i32.const 1))))
        (loop $parts
          (local.set $sum1 (i32x4.add (local.get $sum1)
            (i32x4.dot_i16x8_s (v128.load (local.get $at)) (v128.load8x8_s (local.get $vectors)))))
          (local.set $vectors (i32.add (local.get $vectors) (i32.const 8)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $parts (i32.lt_u (local.get $at) (local.get $end))))
        (i32.store (local.get $dots) (call $total (local.get $sum1)))
        (local.set $dots (i32.add (local.get $dots) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $ones))))

  ;; The sum of four lanes.
  (func $total (param $sums v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
      (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums))))))
